/* Makes a folder read-only, or its disk fail, while a process has it open.
 *
 * An ordinary remount is refused while files are open for writing. Preloaded into a process (64-bit Linux, glibc), this
 * lets every call through until the file READONLY_CONTROL is there. Then, below READONLY_DIR,
 *
 *   EROFS (what the file begins with)  whatever changes or syncs a file or a folder fails with EROFS
 *   EIO                                fsync and fdatasync fail with EIO, and nothing else does
 *
 * READONLY_CONTROL with ".ready" at its end appears when the process has begun.
 *
 * Not seen: stdio, writes by mmap, io_uring, and raw system calls.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static char root[PATH_MAX], control[PATH_MAX];

/* The error that is in force, or 0. */
static int trouble(void) {
    char said[8] = "";
    int kept = errno, found = 0;
    if (!*root)
        return 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0) {
        if (syscall(SYS_read, fd, said, sizeof said - 1) > 0)
            found = strncmp(said, "EIO", 3) == 0 ? EIO : strncmp(said, "EROFS", 5) == 0 ? EROFS : 0;
        syscall(SYS_close, fd);
    }
    errno = kept;
    return found;
}

static int below(const char *path) {
    size_t len = strlen(root);
    return strncmp(path, root, len) == 0 && (path[len] == '/' || path[len] == 0);
}

static int fd_below(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n < 0 ? 0 : n] = 0;
    return below(path);
}

/* Whether the folder that holds the name `path` is below the root; `dir` is what a relative path starts at. */
static int path_below(int dir, const char *path) {
    char folder[PATH_MAX], real[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int len, own = slash ? (int)(slash - path) : 0;
    if (*path == '/')
        len = snprintf(folder, sizeof folder, "%.*s/", own, path);
    else if (dir == AT_FDCWD)
        len = snprintf(folder, sizeof folder, "./%.*s", own, path);
    else
        len = snprintf(folder, sizeof folder, "/proc/self/fd/%d/%.*s", dir, own, path);
    return len < (int)sizeof folder && realpath(folder, real) && below(real);
}

/* Whether `fd` must not be changed now; says so in errno. */
static int refused(int fd) {
    int kept = errno, no = trouble() == EROFS && fd_below(fd);
    errno = no ? EROFS : kept;
    return no;
}

static int refused_at(int dir, const char *path) {
    int kept = errno, no = trouble() == EROFS && path_below(dir, path);
    errno = no ? EROFS : kept;
    return no;
}

/* A sync of what was written before fails in either case: a disk that is gone takes it no more. */
static int sync_refused(int fd) {
    int kept = errno, error = trouble();
    int no = error && fd_below(fd);
    errno = no ? error : kept;
    return no;
}

static int open_any(int dir, const char *path, int flags, mode_t mode) {
    int writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;
    if (writes || (flags & O_CREAT && faccessat(dir, path, F_OK, 0) != 0))
        if (refused_at(dir, path))
            return -1;
    return (int)syscall(SYS_openat, dir, path, flags, mode);
}

__attribute__((constructor)) static void start(void) {
    const char *dir = getenv("READONLY_DIR"), *file = getenv("READONLY_CONTROL");
    char ready[PATH_MAX];
    if (!dir || !file)
        return;
    if (strlen(file) + sizeof ".ready" > sizeof control || !realpath(dir, root)) {
        dprintf(2, "readonly shim: no such folder\n");
        abort();
    }
    strcpy(control, file);
    snprintf(ready, sizeof ready, "%.*s.ready", PATH_MAX - 8, file);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, ready, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        dprintf(2, "readonly shim: cannot say that it is ready\n");
        abort();
    }
    syscall(SYS_close, fd);
    unsetenv("LD_PRELOAD");
}

#define MODE                                \
    mode_t mode = 0;                        \
    if (flags & (O_CREAT | O_TMPFILE)) {    \
        va_list rest;                       \
        va_start(rest, flags);              \
        mode = va_arg(rest, mode_t);        \
        va_end(rest);                       \
    }
#define OPEN(name)                                                          \
    EXPORT int name(const char *path, int flags, ...) {                     \
        MODE return open_any(AT_FDCWD, path, flags, mode);                  \
    }
#define OPENAT(name)                                                        \
    EXPORT int name(int dir, const char *path, int flags, ...) {            \
        MODE return open_any(dir, path, flags, mode);                       \
    }
#define CREAT(name)                                                         \
    EXPORT int name(const char *path, mode_t mode) {                        \
        return open_any(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); \
    }
#define PWRITE(name)                                                        \
    EXPORT ssize_t name(int fd, const void *buffer, size_t size, off_t at) { \
        return refused(fd) ? -1 : syscall(SYS_pwrite64, fd, buffer, size, at); \
    }
#define PWRITEV(name)                                                       \
    EXPORT ssize_t name(int fd, const struct iovec *parts, int count, off_t at) { \
        return refused(fd) ? -1 : syscall(SYS_pwritev, fd, parts, count, at, 0); \
    }
#define FTRUNCATE(name)                                                     \
    EXPORT int name(int fd, off_t size) {                                   \
        return refused(fd) ? -1 : (int)syscall(SYS_ftruncate, fd, size);    \
    }
#define TRUNCATE(name)                                                      \
    EXPORT int name(const char *path, off_t size) {                         \
        return refused_at(AT_FDCWD, path) ? -1 : (int)syscall(SYS_truncate, path, size); \
    }
#define FALLOCATE(name)                                                     \
    EXPORT int name(int fd, int mode, off_t at, off_t size) {               \
        return refused(fd) ? -1 : (int)syscall(SYS_fallocate, fd, mode, at, size); \
    }
/* Returns the error. */
#define POSIX_FALLOCATE(name)                                               \
    EXPORT int name(int fd, off_t at, off_t size) {                         \
        if (refused(fd))                                                    \
            return EROFS;                                                   \
        return syscall(SYS_fallocate, fd, 0, at, size) == 0 ? 0 : errno;    \
    }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
CREAT(creat)
CREAT(creat64)
PWRITE(pwrite)
PWRITE(pwrite64)
PWRITEV(pwritev)
PWRITEV(pwritev64)
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)
TRUNCATE(truncate)
TRUNCATE(truncate64)
FALLOCATE(fallocate)
FALLOCATE(fallocate64)
POSIX_FALLOCATE(posix_fallocate)
POSIX_FALLOCATE(posix_fallocate64)

EXPORT ssize_t write(int fd, const void *buffer, size_t size) {
    return refused(fd) ? -1 : syscall(SYS_write, fd, buffer, size);
}

EXPORT ssize_t writev(int fd, const struct iovec *parts, int count) {
    return refused(fd) ? -1 : syscall(SYS_writev, fd, parts, count);
}

EXPORT ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t size, unsigned flags) {
    return refused(out) ? -1 : syscall(SYS_copy_file_range, in, in_at, out, out_at, size, flags);
}

EXPORT int fsync(int fd) {
    return sync_refused(fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

EXPORT int fdatasync(int fd) {
    return sync_refused(fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

EXPORT int unlink(const char *path) {
    return refused_at(AT_FDCWD, path) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

EXPORT int mkdir(const char *path, mode_t mode) {
    return refused_at(AT_FDCWD, path) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

EXPORT int rename(const char *from, const char *to) {
    int no = refused_at(AT_FDCWD, from) || refused_at(AT_FDCWD, to);
    return no ? -1 : (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

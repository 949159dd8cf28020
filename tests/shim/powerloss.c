/* Keeps what a disk would still have after the power was cut: the bytes that were synced, and nothing else.
 *
 * Preloaded into a process (64-bit Linux, glibc), it lets every call through, and keeps a second image of all files
 * below POWERLOSS_DIR in POWERLOSS_SHADOW:
 *
 *   data/<inode>   the content of a file as of its last sync
 *   tree/<path>    the names that are durable: hard links into data/
 *   ready          appears when the process has begun
 *
 * A sync of a file copies what was written since the one before, and its size. A sync of a folder makes its names
 * durable: new, renamed and removed ones. A sync of a file whose own name is not durable yet does that too, as the
 * journal of ext4 does. A folder of its own is durable with its first durable entry. What is there when the process
 * starts counts as durable.
 *
 * Not seen: stdio, writes by mmap (SQLite's -shm file, which may be lost), io_uring, and raw system calls. What is not
 * seen is not durable, so a program that relies on it loses data here rather than keeping what it should lose.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define BUCKETS 1024
#define SPANS_MAX 65536

struct span {
    off_t from, to;
};

/* A file below the watched folder, by inode, and what of it was written since its last sync. */
struct file {
    ino_t ino;
    off_t least; /* the smallest size since the last sync: what was above it is gone */
    struct span *spans;
    size_t count, room;
    struct file *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file *files[BUCKETS];
static char root[PATH_MAX], shadow[PATH_MAX];
static size_t root_len;
static dev_t root_dev;

/* A shadow that cannot be kept must not look like a loss. */
static void need(int holds, const char *what) {
    if (!holds) {
        dprintf(2, "powerloss shim: %s: %s\n", what, strerror(errno));
        abort();
    }
}

static int raw_open(const char *path, int flags, mode_t mode) {
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, mode);
}

static void shadow_path(char *out, const char *kind, const char *rest) {
    need(snprintf(out, PATH_MAX, "%s/%s%s", shadow, kind, rest) < PATH_MAX, "path too long");
}

static void data_path(char *out, ino_t ino) {
    char rest[32];
    snprintf(rest, sizeof rest, "/%llu", (unsigned long long)ino);
    shadow_path(out, "data", rest);
}

/* The path of `fd` below the root, "" for the root itself; 0 if it is elsewhere or removed. */
static int relative(int fd, char *out) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0)
        return 0;
    path[n] = 0;
    size_t len = strlen(path);
    if (len > 10 && strcmp(path + len - 10, " (deleted)") == 0)
        return 0;
    if (strncmp(path, root, root_len) != 0 || (path[root_len] != '/' && path[root_len] != 0))
        return 0;
    strcpy(out, path + root_len);
    return 1;
}

static struct file *find(ino_t ino) {
    struct file *file = files[ino % BUCKETS];
    while (file && file->ino != ino)
        file = file->next;
    return file;
}

/* A fresh record: nothing of it is durable. An older file with the same inode keeps its durable names. */
static struct file *renew(ino_t ino) {
    char path[PATH_MAX];
    struct file *file = find(ino);
    if (!file) {
        file = calloc(1, sizeof *file);
        need(file != NULL, "out of memory");
        file->ino = ino;
        file->next = files[ino % BUCKETS];
        files[ino % BUCKETS] = file;
    }
    file->least = 0;
    file->count = 0;
    data_path(path, ino);
    need(unlink(path) == 0 || errno == ENOENT, "cannot forget an old file");
    return file;
}

static void dirty(struct file *file, off_t from, off_t to) {
    if (from >= to)
        return;
    struct span *last = file->count ? &file->spans[file->count - 1] : NULL;
    if (last && last->to == from) {
        last->to = to;
        return;
    }
    if (file->count == SPANS_MAX) {
        /* Too many to remember one by one: whatever is between is synced too, as a disk may do. */
        for (size_t i = 0; i < file->count; i++) {
            from = file->spans[i].from < from ? file->spans[i].from : from;
            to = file->spans[i].to > to ? file->spans[i].to : to;
        }
        file->count = 0;
    }
    if (file->count == file->room) {
        file->room = file->room ? 2 * file->room : 16;
        file->spans = realloc(file->spans, file->room * sizeof *file->spans);
        need(file->spans != NULL, "out of memory");
    }
    file->spans[file->count++] = (struct span){from, to};
}

static void copy(int in, int out, off_t from, off_t to) {
    static char buffer[1 << 16]; /* under the lock */
    while (from < to) {
        size_t want = to - from < (off_t)sizeof buffer ? (size_t)(to - from) : sizeof buffer;
        ssize_t got = syscall(SYS_pread64, in, buffer, want, from);
        if (got <= 0)
            return; /* cut short meanwhile */
        need(syscall(SYS_pwrite64, out, buffer, (size_t)got, from) == got, "cannot write the shadow");
        from += got;
    }
}

/* The folder `rest` of the tree, with all above it. */
static void make_folders(const char *rest) {
    char path[PATH_MAX];
    shadow_path(path, "tree", rest);
    for (char *at = path + strlen(shadow) + 1; *at; at++)
        if (*at == '/') {
            *at = 0;
            mkdir(path, 0700);
            *at = '/';
        }
    need(mkdir(path, 0700) == 0 || errno == EEXIST, "cannot make a shadow folder");
}

static int same(const char *a, const char *b) {
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_ino == right.st_ino;
}

static void join(char *out, const char *folder, const char *name) {
    need(snprintf(out, PATH_MAX, "%s/%s", folder, name) < PATH_MAX, "path too long");
}

/* Makes the names in the folder `rest` what they are now. */
static void sync_names(const char *rest) {
    char real[PATH_MAX], tree[PATH_MAX], from[PATH_MAX], to[PATH_MAX], temporary[PATH_MAX];
    struct stat meta;
    struct dirent *entry;
    need(snprintf(real, PATH_MAX, "%s%s", root, rest) < PATH_MAX, "path too long");
    make_folders(rest);
    shadow_path(tree, "tree", rest);
    DIR *dir = opendir(real);
    if (!dir)
        return;
    while ((entry = readdir(dir))) {
        join(from, real, entry->d_name);
        if (lstat(from, &meta) != 0 || !S_ISREG(meta.st_mode))
            continue;
        data_path(from, meta.st_ino);
        join(to, tree, entry->d_name);
        int fd = raw_open(from, O_WRONLY | O_CREAT, 0600);
        need(fd >= 0, "cannot open the shadow");
        close(fd);
        if (same(from, to))
            continue;
        shadow_path(temporary, "temporary", "");
        unlink(temporary);
        need(link(from, temporary) == 0 && rename(temporary, to) == 0, "cannot name a shadow file");
    }
    closedir(dir);
    dir = opendir(tree);
    need(dir != NULL, "cannot list the shadow");
    while ((entry = readdir(dir))) {
        join(from, real, entry->d_name);
        join(to, tree, entry->d_name);
        if (lstat(from, &meta) != 0 && errno == ENOENT)
            unlink(to); /* a folder stays */
    }
    closedir(dir);
}

static void sync_file(int fd, struct file *file) {
    char path[PATH_MAX], rest[PATH_MAX], name[PATH_MAX];
    struct stat real, kept;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int in = raw_open(path, O_RDONLY, 0);
    data_path(path, file->ino);
    int out = raw_open(path, O_RDWR | O_CREAT, 0600);
    need(in >= 0 && out >= 0 && fstat(in, &real) == 0 && fstat(out, &kept) == 0, "cannot open the shadow");
    if (file->least < kept.st_size)
        need(syscall(SYS_ftruncate, out, file->least) == 0, "cannot cut the shadow");
    for (size_t i = 0; i < file->count; i++)
        copy(in, out, file->spans[i].from, file->spans[i].to < real.st_size ? file->spans[i].to : real.st_size);
    need(syscall(SYS_ftruncate, out, real.st_size) == 0, "cannot size the shadow");
    file->count = 0;
    file->least = real.st_size;
    close(in);
    close(out);
    if (relative(fd, rest)) {
        shadow_path(name, "tree", rest);
        if (!same(path, name)) {
            *strrchr(rest, '/') = 0;
            sync_names(rest);
        }
    }
}

static void synced(int fd) {
    char rest[PATH_MAX];
    struct stat meta;
    int kept = errno;
    pthread_mutex_lock(&lock);
    if (root_len && fstat(fd, &meta) == 0 && meta.st_dev == root_dev) {
        struct file *file = S_ISREG(meta.st_mode) ? find(meta.st_ino) : NULL;
        if (file)
            sync_file(fd, file);
        else if (S_ISDIR(meta.st_mode) && relative(fd, rest))
            sync_names(rest);
    }
    pthread_mutex_unlock(&lock);
    errno = kept;
}

/* `done` bytes were written at `at`, or before the file's position if `at` is negative. */
static ssize_t wrote(int fd, off_t at, ssize_t done) {
    struct stat meta;
    if (done <= 0 || !root_len)
        return done;
    int kept = errno, flags = 0;
    pthread_mutex_lock(&lock);
    if (fstat(fd, &meta) == 0 && S_ISREG(meta.st_mode) && meta.st_dev == root_dev) {
        struct file *file = find(meta.st_ino);
        if (file) {
            flags = fcntl(fd, F_GETFL);
            if (at < 0)
                at = lseek(fd, 0, SEEK_CUR) - done;
            else if (flags & O_APPEND)
                at = meta.st_size - done; /* Linux appends whatever the offset says */
            dirty(file, at, at + done);
        }
    }
    pthread_mutex_unlock(&lock);
    if (flags & O_DSYNC)
        synced(fd);
    errno = kept;
    return done;
}

static int resized(int fd, off_t size, int done) {
    struct stat meta;
    if (done != 0 || !root_len)
        return done;
    pthread_mutex_lock(&lock);
    if (fstat(fd, &meta) == 0 && S_ISREG(meta.st_mode) && meta.st_dev == root_dev) {
        struct file *file = find(meta.st_ino);
        if (file && size < file->least)
            file->least = size;
    }
    pthread_mutex_unlock(&lock);
    return done;
}

/* Remembers a file that was just opened. `fresh`: this call made it. */
static int opened(int fd, int flags, int fresh) {
    char rest[PATH_MAX];
    struct stat meta;
    int kept = errno;
    if (fd < 0 || !root_len)
        return fd;
    pthread_mutex_lock(&lock);
    if (fstat(fd, &meta) == 0 && S_ISREG(meta.st_mode) && meta.st_dev == root_dev && relative(fd, rest)) {
        struct file *file = find(meta.st_ino);
        if (fresh || !file)
            dirty(renew(meta.st_ino), 0, meta.st_size);
        else if (flags & O_TRUNC)
            file->least = 0;
    }
    pthread_mutex_unlock(&lock);
    errno = kept;
    return fd;
}

static int open_any(int dir, const char *path, int flags, mode_t mode) {
    int kept = errno;
    int fresh = (flags & O_CREAT) && faccessat(dir, path, F_OK, 0) != 0;
    errno = kept;
    return opened((int)syscall(SYS_openat, dir, path, flags, mode), flags, fresh);
}

/* Everything that is there counts as durable. */
static void adopt(const char *rest) {
    char real[PATH_MAX], path[PATH_MAX], below[PATH_MAX];
    struct stat meta;
    struct dirent *entry;
    need(snprintf(real, PATH_MAX, "%s%s", root, rest) < PATH_MAX, "path too long");
    DIR *dir = opendir(real);
    need(dir != NULL, "cannot list POWERLOSS_DIR");
    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        join(path, real, entry->d_name);
        need(lstat(path, &meta) == 0, "cannot look at a file");
        if (S_ISDIR(meta.st_mode)) {
            need(snprintf(below, PATH_MAX, "%s/%s", rest, entry->d_name) < PATH_MAX, "path too long");
            adopt(below);
        } else if (S_ISREG(meta.st_mode)) {
            int fd = raw_open(path, O_RDONLY, 0);
            need(fd >= 0, "cannot read a file");
            struct file *file = renew(meta.st_ino);
            dirty(file, 0, meta.st_size);
            sync_file(fd, file);
            close(fd);
        }
    }
    closedir(dir);
    sync_names(rest);
}

__attribute__((constructor)) static void start(void) {
    const char *dir = getenv("POWERLOSS_DIR"), *image = getenv("POWERLOSS_SHADOW");
    struct stat meta;
    if (!dir || !image)
        return;
    need(realpath(dir, root) && realpath(image, shadow) && stat(root, &meta) == 0, "no such folder");
    root_dev = meta.st_dev;
    char path[PATH_MAX];
    shadow_path(path, "data", "");
    need(mkdir(path, 0700) == 0, "POWERLOSS_SHADOW is not empty");
    shadow_path(path, "tree", "");
    need(mkdir(path, 0700) == 0, "POWERLOSS_SHADOW is not empty");
    root_len = strlen(root);
    adopt("");
    shadow_path(path, "ready", "");
    int ready = raw_open(path, O_WRONLY | O_CREAT, 0600);
    need(ready >= 0, "cannot say that it is ready");
    close(ready);
    /* Its children have a power supply of their own. */
    unsetenv("LD_PRELOAD");
}

#define OPEN(name)                                                     \
    EXPORT int name(const char *path, int flags, ...) {                \
        mode_t mode = 0;                                               \
        if (flags & (O_CREAT | O_TMPFILE)) {                           \
            va_list rest;                                              \
            va_start(rest, flags);                                     \
            mode = va_arg(rest, mode_t);                               \
            va_end(rest);                                              \
        }                                                              \
        return open_any(AT_FDCWD, path, flags, mode);                  \
    }
#define OPENAT(name)                                                   \
    EXPORT int name(int dir, const char *path, int flags, ...) {       \
        mode_t mode = 0;                                               \
        if (flags & (O_CREAT | O_TMPFILE)) {                           \
            va_list rest;                                              \
            va_start(rest, flags);                                     \
            mode = va_arg(rest, mode_t);                               \
            va_end(rest);                                              \
        }                                                              \
        return open_any(dir, path, flags, mode);                       \
    }
#define CREAT(name)                                                    \
    EXPORT int name(const char *path, mode_t mode) {                   \
        return open_any(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); \
    }
#define PWRITE(name)                                                   \
    EXPORT ssize_t name(int fd, const void *buffer, size_t size, off_t at) { \
        return wrote(fd, at, syscall(SYS_pwrite64, fd, buffer, size, at)); \
    }
#define PWRITEV(name)                                                  \
    EXPORT ssize_t name(int fd, const struct iovec *parts, int count, off_t at) { \
        return wrote(fd, at, syscall(SYS_pwritev, fd, parts, count, at, 0)); \
    }
#define FTRUNCATE(name)                                                \
    EXPORT int name(int fd, off_t size) {                              \
        return resized(fd, size, (int)syscall(SYS_ftruncate, fd, size)); \
    }
#define TRUNCATE(name)                                                 \
    EXPORT int name(const char *path, off_t size) {                    \
        int fd = open_any(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);    \
        if (fd < 0)                                                    \
            return -1;                                                 \
        int done = resized(fd, size, (int)syscall(SYS_ftruncate, fd, size)); \
        close(fd);                                                     \
        return done;                                                   \
    }
/* A hole or a range of zeros is a write; a mere reservation changes the size at most, which the sync looks up. */
#define FALLOCATE(name)                                                \
    EXPORT int name(int fd, int mode, off_t at, off_t size) {          \
        int done = (int)syscall(SYS_fallocate, fd, mode, at, size);    \
        if (done == 0 && mode != 0)                                    \
            wrote(fd, at, size);                                       \
        return done;                                                   \
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

EXPORT ssize_t write(int fd, const void *buffer, size_t size) {
    return wrote(fd, -1, syscall(SYS_write, fd, buffer, size));
}

EXPORT ssize_t writev(int fd, const struct iovec *parts, int count) {
    return wrote(fd, -1, syscall(SYS_writev, fd, parts, count));
}

EXPORT ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t size, unsigned flags) {
    off_t at = out_at ? *out_at : -1;
    return wrote(out, at, syscall(SYS_copy_file_range, in, in_at, out, out_at, size, flags));
}

EXPORT int fsync(int fd) {
    int done = (int)syscall(SYS_fsync, fd);
    if (done == 0)
        synced(fd);
    return done;
}

EXPORT int fdatasync(int fd) {
    int done = (int)syscall(SYS_fdatasync, fd);
    if (done == 0)
        synced(fd);
    return done;
}

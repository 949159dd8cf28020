/* Does to files what its arguments say, one after the other, and then waits to be killed:
 *
 *   open FILE | create FILE | write FILE AT BYTE COUNT | append FILE BYTE COUNT | size FILE SIZE | sync FILE
 *   datasync FILE | folder DIR | syncdir DIR | rename FROM TO | remove FILE
 *
 * A file stays open once it was named. "ready" is printed at the end. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
    const char *name;
    int fd;
} known[64];
static int count;

static void need(int holds, const char *what) {
    if (!holds) {
        perror(what);
        exit(1);
    }
}

static int named(const char *name, int flags) {
    for (int i = 0; i < count; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].fd;
    int fd = open(name, flags, 0600);
    need(fd >= 0 && count < 64, name);
    known[count].name = name;
    known[count++].fd = fd;
    return fd;
}

int main(int argc, char **argv) {
    for (int at = 1; at < argc;) {
        const char *what = argv[at++];
        const char *name = argv[at++];
        if (strcmp(what, "open") == 0) {
            named(name, O_RDWR);
        } else if (strcmp(what, "create") == 0) {
            for (int i = 0; i < count; i++)
                if (strcmp(known[i].name, name) == 0)
                    known[i].name = "";
            named(name, O_WRONLY | O_CREAT | O_TRUNC);
        } else if (strcmp(what, "write") == 0 || strcmp(what, "append") == 0) {
            int append = *what == 'a';
            off_t from = append ? 0 : atoll(argv[at++]);
            int byte = *argv[at++];
            size_t size = (size_t)atoll(argv[at++]);
            char *bytes = malloc(size);
            memset(bytes, byte, size);
            int fd = named(name, O_RDWR);
            struct iovec half[2] = {{bytes, size / 2}, {bytes + size / 2, size - size / 2}};
            if (append)
                need(lseek(fd, 0, SEEK_END) >= 0 && writev(fd, half, 2) == (ssize_t)size, "append");
            else
                need(pwrite(fd, bytes, size, from) == (ssize_t)size, "write");
            free(bytes);
        } else if (strcmp(what, "size") == 0) {
            need(ftruncate(named(name, O_RDWR), atoll(argv[at++])) == 0, "size");
        } else if (strcmp(what, "sync") == 0) {
            need(fsync(named(name, O_RDWR)) == 0, "sync");
        } else if (strcmp(what, "datasync") == 0) {
            need(fdatasync(named(name, O_RDWR)) == 0, "datasync");
        } else if (strcmp(what, "folder") == 0) {
            need(mkdir(name, 0700) == 0, "folder");
        } else if (strcmp(what, "syncdir") == 0) {
            int fd = open(name, O_RDONLY | O_DIRECTORY);
            need(fd >= 0 && fsync(fd) == 0, "syncdir");
            close(fd);
        } else if (strcmp(what, "rename") == 0) {
            need(rename(name, argv[at++]) == 0, "rename");
        } else if (strcmp(what, "remove") == 0) {
            need(unlink(name) == 0, "remove");
        } else {
            fprintf(stderr, "what is %s?\n", what);
            return 2;
        }
    }
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}

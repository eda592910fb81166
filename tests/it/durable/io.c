/* Stands between the program and the C library: writes down what reaches the files of a database and what goes out as
   an answer, and lets a write or a sync fail when it is told to. Linux only.

   IO_LOG names the file that records are appended to, in the order in which things happened:
     W offset length path   written to a file, its bytes follow; noted when the write has returned
     T length 0 path        cut to a length
     s 0 0 path             a sync begins
     S 0 0 path             and has returned: what was noted before its `s` is on the disk
     F 0 0 path             or has failed: the system may have forgotten what was not on the disk yet
     H 0 length socket      an answer, its first bytes follow; noted before any of them leaves
   IO_CONTROL names a file of four integers: which call is to fail (1 writes, 2 syncs, 4 opens, 8 syncs by the thread
   that copies from the WAL, or their sum), how many of them pass before, how many fail then, and with which error; a fifth counts those that failed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITES = 1, SYNCS = 2, OPENS = 4, COPYING = 8, HEAD_MAX = 300 };

struct control { volatile int which, passing, failing, error, failed; };

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;
static struct control *control;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("IO_LOG");
    if (path) journal = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    path = getenv("IO_CONTROL");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED) control = map;
    close(fd);
}

/* Tells what a descriptor is: 'd' a database's file, with its path, 's' a socket, 0 anything else. */
static int kind(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (!strncmp(path, "socket:", 7)) return 's';
    const char *end = path + length;
    return (length > 3 && !strcmp(end - 3, ".db")) || (length > 4 && !strcmp(end - 4, "-wal")) ? 'd' : 0;
}

/* One record is one append, whole also where several processes write. */
static void note(char what, long long offset, size_t length, const char *path, const void *bytes) {
    if (journal < 0) return;
    char head[4200];
    int size = snprintf(head, sizeof head, "%c %lld %zu %s\n", what, offset, bytes ? length : 0, path);
    struct iovec parts[2] = {{head, size}, {(void *)bytes, length}};
    pthread_mutex_lock(&turn);
    syscall(SYS_writev, journal, parts, bytes ? 2 : 1);
    pthread_mutex_unlock(&turn);
}

static int fails(int which) {
    if (!control || !(control->which & which)) return 0;
    int is_failing = 0;
    pthread_mutex_lock(&turn);
    if (control->passing > 0) {
        control->passing--;
    } else if (control->failing > 0) {
        control->failing--;
        control->failed++;
        is_failing = 1;
    }
    pthread_mutex_unlock(&turn);
    if (is_failing) errno = control->error;
    return is_failing;
}

static void answered(const void *bytes, size_t length) {
    if (length >= 9 && !memcmp(bytes, "HTTP/1.1 ", 9)) note('H', 0, length < HEAD_MAX ? length : HEAD_MAX, "socket", bytes);
}

static ssize_t put(int fd, const void *bytes, size_t length, long long offset, int is_placed) {
    char path[4096];
    int what = kind(fd, path, sizeof path);
    if (what == 's') answered(bytes, length);
    if (what == 'd') {
        if (fails(WRITES)) return -1;
        if (!is_placed) offset = lseek(fd, 0, SEEK_CUR);
    }
    ssize_t done = is_placed ? syscall(SYS_pwrite64, fd, bytes, length, offset) : syscall(SYS_write, fd, bytes, length);
    if (what == 'd' && done > 0) note('W', offset, done, path, bytes);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return put(fd, bytes, length, 0, 0); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return put(fd, bytes, length, offset, 1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return put(fd, bytes, length, offset, 1); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    char path[4096];
    if (count > 0 && kind(fd, path, sizeof path) == 's') answered(parts[0].iov_base, parts[0].iov_len);
    return syscall(SYS_writev, fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    answered(bytes, length);
    return syscall(SYS_sendto, fd, bytes, length, flags, NULL, 0);
}

static int is_copying(void) {
    char name[16] = "";
    prctl(PR_GET_NAME, name);
    return !strcmp(name, "checkpoint");
}

static int sync_by(int fd, long call) {
    char path[4096];
    if (kind(fd, path, sizeof path) != 'd') return syscall(call, fd);
    note('s', 0, 0, path, NULL);
    if (fails(is_copying() ? SYNCS | COPYING : SYNCS)) {
        int error = errno;
        note('F', 0, 0, path, NULL);
        errno = error;
        return -1;
    }
    int done = syscall(call, fd);
    note(done == 0 ? 'S' : 'F', 0, 0, path, NULL);
    return done;
}

static int opened(const char *path, int flags, mode_t mode) {
    size_t length = strlen(path);
    int is_ours = (length > 3 && !strcmp(path + length - 3, ".db")) || (length > 4 && !strcmp(path + length - 4, "-wal"));
    if (is_ours && fails(OPENS)) return -1;
    return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return opened(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return opened(path, flags, mode);
}

int fsync(int fd) { return sync_by(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_by(fd, SYS_fdatasync); }

int ftruncate64(int fd, off64_t length) {
    char path[4096];
    int what = kind(fd, path, sizeof path);
    if (what == 'd' && fails(WRITES)) return -1;
    int done = syscall(SYS_ftruncate, fd, length);
    if (what == 'd' && done == 0) note('T', length, 0, path, NULL);
    return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

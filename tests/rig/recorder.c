/* Records what a program writes to the files of one folder, and what it made sure of.
 *
 * Preloaded into the program. Each record: time, kind, offset, length, path, data. A write is
 * recorded before it is done and a sync around it, so that a record's place in the file says what
 * was certain and what was not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MOST_FILES 4096

static char *paths[MOST_FILES];
static const char *folder;
static int record = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct head {
  double at;
  uint32_t kind, path;
  uint64_t offset, length;
} __attribute__((packed));

__attribute__((constructor)) static void begin(void) {
  folder = getenv("RECORDED_FOLDER");
  const char *to = getenv("RECORD");
  if (folder && to)
    record = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static void note(char kind, const char *path, uint64_t offset, const void *data, uint64_t length) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct head head = {now.tv_sec + now.tv_nsec / 1e9, (uint32_t)kind, (uint32_t)strlen(path),
                      offset, length};
  struct iovec parts[3] = {{&head, sizeof head},
                           {(void *)path, strlen(path)},
                           {(void *)data, data ? length : 0}};
  pthread_mutex_lock(&lock);
  syscall(SYS_writev, record, parts, 3);
  pthread_mutex_unlock(&lock);
}

static const char *of(int fd) {
  return record >= 0 && fd >= 0 && fd < MOST_FILES ? paths[fd] : NULL;
}

static int opened(int fd, const char *path) {
  if (record >= 0 && fd >= 0 && fd < MOST_FILES && !strncmp(path, folder, strlen(folder)))
    paths[fd] = strdup(path);
  return fd;
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                                                 \
  int name(const char *path, int flags, ...) {                                                     \
    va_list more;                                                                                  \
    va_start(more, flags);                                                                         \
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;                                      \
    va_end(more);                                                                                  \
    return opened(REAL(name)(path, flags, mode), path);                                            \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  if (of(fd))
    paths[fd] = NULL;
  return REAL(close)(fd);
}

#define PWRITE(name, offset_t)                                                                     \
  ssize_t name(int fd, const void *data, size_t length, offset_t offset) {                         \
    if (of(fd))                                                                                    \
      note('w', of(fd), (uint64_t)offset, data, length);                                           \
    return REAL(name)(fd, data, length, offset);                                                   \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, offset_t)                                                                   \
  int name(int fd, offset_t length) {                                                              \
    if (of(fd))                                                                                    \
      note('t', of(fd), (uint64_t)length, NULL, 0);                                                \
    return REAL(name)(fd, length);                                                                 \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                                                 \
  int name(int fd) {                                                                               \
    const char *path = of(fd);                                                                     \
    if (path)                                                                                      \
      note('b', path, 0, NULL, 0);                                                                 \
    int done = REAL(name)(fd);                                                                     \
    if (path && !done)                                                                             \
      note('s', path, 0, NULL, 0);                                                                 \
    return done;                                                                                   \
  }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
  if (record >= 0 && !strncmp(path, folder, strlen(folder)))
    note('u', path, 0, NULL, 0);
  return REAL(unlink)(path);
}

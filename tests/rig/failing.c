/* Makes every write and sync to the files of one folder fail, as a dying disk does.
 *
 * Preloaded into the program. They fail while the file that FAILS_WHILE names is there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int fd) {
  const char *folder = getenv("FAILING_FOLDER"), *switched_on = getenv("FAILS_WHILE");
  if (!folder || !switched_on || access(switched_on, F_OK))
    return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0)
    return 0;
  path[length] = 0;
  if (strncmp(path, folder, strlen(folder)))
    return 0;
  errno = EIO;
  return 1;
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

#define FAILING(result, name, given, passed)                                                       \
  result name given { return fails(fd) ? -1 : REAL(name) passed; }

FAILING(ssize_t, write, (int fd, const void *data, size_t length), (fd, data, length))
FAILING(ssize_t, pwrite, (int fd, const void *data, size_t length, off_t at),
        (fd, data, length, at))
FAILING(ssize_t, pwrite64, (int fd, const void *data, size_t length, off64_t at),
        (fd, data, length, at))
FAILING(int, ftruncate, (int fd, off_t length), (fd, length))
FAILING(int, ftruncate64, (int fd, off64_t length), (fd, length))
FAILING(int, fsync, (int fd), (fd))
FAILING(int, fdatasync, (int fd), (fd))

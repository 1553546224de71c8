/*
 * A clock that tests set forward, for programs that are started with this library preloaded: PHP, and the extension in
 * it. The seconds to add are read from a file, so that all processes of a shop jump together and at once.
 *
 * Only the time of day moves, and how long the machine has been up: nobody is to think that the clock was set. What
 * measures how long something takes (the monotonic clock, sleeps, the kernel's times of files) goes on as it is: an hour
 * passes for an order, not for a network call.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead;

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("PINRELAY_TEST_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
        ahead = page == MAP_FAILED ? NULL : page;
        close(file);
    }
}

int clock_gettime(clockid_t which, struct timespec *now)
{
    int failed = (int) syscall(SYS_clock_gettime, which, now);
    if (!failed && ahead && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE || which == CLOCK_BOOTTIME)) {
        now->tv_sec += *ahead;
    }
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec exact;
    (void) zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now)
{
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now) {
        *now = exact.tv_sec;
    }
    return exact.tv_sec;
}

/* PHP loads extensions with RTLD_DEEPBIND, which would make them find libc's clock before this one. */
void *dlopen(const char *path, int flags)
{
    void *(*load)(const char *, int) = (void *(*)(const char *, int)) dlsym(RTLD_NEXT, "dlopen");
    return load(path, flags & ~RTLD_DEEPBIND);
}

// SPDX-License-Identifier: MIT
// A stand-in for name servers that take their time, loaded before the program (LD_PRELOAD): who
// asks for a name that ends in ".slow" gets no answer for a minute.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    const char *end = name ? strrchr(name, '.') : NULL;

    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (end && !strcmp(end, ".slow"))
        sleep(60);
    return real(name, service, hints, found);
}

// SPDX-License-Identifier: MIT
#include "base/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

void socket_end_unheard(int fd, int ms)
{
#if defined(TCP_USER_TIMEOUT)
    unsigned most = (unsigned)ms;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &most, sizeof(most));
#elif defined(TCP_RXT_CONNDROPTIME)
    int most = (ms + 999) / 1000; // seconds

    (void)setsockopt(fd, IPPROTO_TCP, TCP_RXT_CONNDROPTIME, &most, sizeof(most));
#else
    (void)fd;
    (void)ms;
#endif
}

// SPDX-License-Identifier: MIT
// What systems offer for sockets under different names.
#pragma once

// The connection ends when nobody acknowledges for ms what was sent: the network is gone then,
// however long a server may be silent. Where the system cannot do that, nothing happens.
void socket_end_unheard(int fd, int ms);

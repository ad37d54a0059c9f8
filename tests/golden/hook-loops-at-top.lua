-- SPDX-License-Identifier: MIT
local on = require "c41.on"

local n = 0
repeat
  n = n + 1
until n < 0

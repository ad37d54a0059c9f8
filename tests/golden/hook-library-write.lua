-- SPDX-License-Identifier: MIT
local on = require "c41.on"

string.lower = string.upper

-- SPDX-License-Identifier: MIT
local on = require "c41.on"

getmetatable("").__index = {}

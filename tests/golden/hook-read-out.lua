-- SPDX-License-Identifier: MIT
local on = require "c41.on"

local text = c41.read("../hook-throws.lua")

-- SPDX-License-Identifier: MIT
local on = require "c41.on"

local looks = require "..secrets.keys"

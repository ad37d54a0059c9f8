-- SPDX-License-Identifier: MIT
local on = require "c41.on"

local code = string.dump(function() end)

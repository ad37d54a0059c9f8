-- SPDX-License-Identifier: MIT
local on = require "c41.on"

local guard <close> = setmetatable({}, {__close = function() end})

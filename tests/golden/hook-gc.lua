-- SPDX-License-Identifier: MIT
local on = require "c41.on"

setmetatable({}, {
  __gc = function()
  end,
})

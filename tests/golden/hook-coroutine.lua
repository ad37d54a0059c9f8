-- SPDX-License-Identifier: MIT
local on = require "c41.on"

local co = coroutine.wrap(function()
  while true do
    coroutine.yield()
  end
end)

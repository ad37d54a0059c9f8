-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.step(function(step)
  local list = {}
  while true do
    list[#list + 1] = ("%d"):format(#list)
  end
end)

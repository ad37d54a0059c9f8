-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  local function again()
    while true do
      xpcall(again, again)
    end
  end
  again()
end)

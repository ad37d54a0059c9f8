-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  for i = 1, 1000000 do
    c41.warn(nil, "the same")
  end
end)

-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  local words = ("word "):rep(1 << 18)
  while true do
    c41.slug(words)
  end
end)

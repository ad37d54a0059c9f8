-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  c41.error(nil, ("no "):rep(1000))
end)

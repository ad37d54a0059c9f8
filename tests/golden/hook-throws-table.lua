-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  error({code = 7, shot = shot})
end)

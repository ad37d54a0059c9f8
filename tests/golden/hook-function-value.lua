-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  shot.note = print_note or function()
  end
end)

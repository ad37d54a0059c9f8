-- SPDX-License-Identifier: MIT
local on = require "c41.on"

local t = setmetatable({}, {
  __index = function(t, key)
    return t[key .. "x"]
  end,
})

on.shot(function(shot)
  shot.tail = t.tail
end)

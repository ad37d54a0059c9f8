-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  if shot.shot == "two" then
    c41.error(c41.place(shot, "image"), "no chairs in this film", "write `image: a stool`")
    c41.warn(nil, "and no tables either")
  end
end)

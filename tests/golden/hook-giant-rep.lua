-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.film(function(film)
  film.title = ("x"):rep(1 << 30)
end)

-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.film(function(film)
  error()
end)

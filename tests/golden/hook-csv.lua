-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.film(function(film)
  for row in c41.csv("name,price\nlamp,3\nchair\n") do
    film.title = row.name
  end
end)

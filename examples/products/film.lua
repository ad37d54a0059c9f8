-- SPDX-License-Identifier: MIT
--
-- How the camera treats each group of products, so that the table need not say it twenty times.

local on = require "c41.on"

local move = {
  kitchen = "push-in",
  desk = "truck-right",
  garden = "pull-out",
  travel = "pan-left",
}

on.shot(function(shot)
  if shot.shot == "thing" then
    shot.move = move[shot.note]
  end
end)

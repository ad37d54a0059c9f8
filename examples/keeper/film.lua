-- SPDX-License-Identifier: MIT
--
-- Two habits of this film's editor, as rules. A hook is a function that is given every shot before it is compiled and may
-- change it, with the words of film.yaml. `./c41 check examples/keeper/film.yaml` tells mistakes here as it does there.

local on = require "c41.on"

-- The nearer we are to a face, the longer we stay on it after the last word.
local breath = {
  ["medium-close"] = 0.6,
  ["close-up"] = 0.8,
  ["extreme-close-up"] = 1.2,
}

on.shot(function(shot)
  if shot.say and shot.tail == nil then -- what the film says itself always wins
    shot.tail = breath[shot.size]
  end
end)

-- No face is ever quite still: who speaks in close-up without a move of their own gets the slowest of all.
on.shot(function(shot)
  if shot.say and breath[shot.size] and shot.move == nil then
    shot.move = "push-in"
  end
end)

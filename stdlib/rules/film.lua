-- SPDX-License-Identifier: MIT
-- From a film to steps. Everything is named first, then each shot is lowered, then the deliverables.
local clip = require "rules.clip"
local deliver = require "rules.deliver"
local names = require "rules.names"
local say = require "rules.say"
local sound = require "rules.sound"
local still = require "rules.still"
local timing = require "rules.timing"
local words = require "rules.words"
local world = require "rules.world"

local film = {}

-- `file:` in the place of image and video: a still, or footage.
local function read_file(sh)
  local shot = sh.shot
  if not shot.file then
    return
  end
  local place = c41.place(shot, "file")
  local path, type = c41.asset(shot.file, place, { "image", "video" })
  if path and type == "video" then
    sh.footage = { file = path }
  else
    sh.still = { file = path or shot.file }
  end
end

local function check_shape(sh)
  local shot = sh.shot
  if not (shot.image or shot.video or shot.file or shot.card or shot.say) then
    c41.error(sh.place, "this shot shows nothing", "give it at least one of image, video, file, card, say")
  elseif shot.out and shot["in"] and shot.out <= shot["in"] then
    c41.error(c41.place(shot, "out"), "`out` lies before `in`", "make `out` the later one")
  end
end

local function lower(w, sh)
  local picture = clip.of(w, sh)
  if not picture then
    still.of(w, sh)
  end
  sound.mix(w, sh)
end

function film.compile(tree, ctx)
  local w = world.new(tree, ctx)
  names.outline(w)
  names.check_files(w)
  for _, scene in ipairs(w.scenes) do
    words.check(w, scene)
    for _, sh in ipairs(scene.shots) do
      check_shape(sh)
      read_file(sh)
      say.read(w, sh)
    end
  end
  for _, sh in ipairs(w.shots) do
    timing.lower(w, sh)
  end
  for _, sh in ipairs(w.shots) do
    lower(w, sh)
  end
  if #w.shots == 0 then
    c41.error(c41.place(tree, "scenes"), "this film has no shot",
      "write `- shots:` with at least one under `scenes`")
  end
  deliver.lower(w)
end

return film

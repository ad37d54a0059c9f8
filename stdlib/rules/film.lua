-- SPDX-License-Identifier: MIT
-- From a film to steps: scenes are named first, then each is lowered by itself, then files of the whole film.
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

-- What must be known of a shot before anything is lowered that looks at it.
local function prepare(w, sh)
  if not sh.lines then
    read_file(sh)
    say.read(w, sh)
  end
  return sh
end

-- Everything that is of the whole film: names, cast, deliverables. Returns the world that the rest works on, and
-- whether each scene could be lowered without the others being there, but for what these give.
function film.open(tree, ctx)
  local w = world.new(tree, ctx)
  function w.prepared(sh)
    return prepare(w, sh)
  end
  names.outline(w)
  names.check_files(w)
  deliver.read(w)
  if w.n_shots == 0 then
    c41.error(c41.place(tree, "scenes"), "this film has no shot",
      "write `- shots:` with at least one under `scenes`")
  end
  local by_scene = names.all_given(w) and deliver.is_by_scene(w)
  ctx.scenes = nil -- w.scenes has what is asked for from here on
  return w, by_scene
end

-- The steps of scene number i, as if there were no other. Returns what it gives to files of the whole film, or nil.
function film.scene(w, i)
  local scene = w.scenes[i]
  local shots = names.shots(w, scene)
  words.check(w, scene)
  for _, sh in ipairs(shots) do
    check_shape(sh)
    prepare(w, sh)
  end
  for _, sh in ipairs(shots) do
    timing.of(w, sh)
  end
  for _, sh in ipairs(shots) do
    lower(w, sh)
  end
  local given = deliver.scene(w, scene)
  names.forget(w)
  return given
end

-- Files of the whole film, from what its scenes gave, in order.
function film.close(w, given)
  deliver.film(w, given)
end

return film

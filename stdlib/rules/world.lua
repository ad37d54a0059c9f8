-- SPDX-License-Identifier: MIT
-- What every rule needs: the film, its format, who makes which kind, and how inputs are written.
local world = {}

local function rate_text(fps, place)
  local known = { ["23.976"] = "24000/1001", ["29.97"] = "30000/1001", ["59.94"] = "60000/1001" }
  local text = tostring(fps)
  local num, den = text:match("^(%d+)/(%d+)$")
  if known[text] then
    return known[text]
  elseif num and tonumber(num) > 0 and tonumber(den) > 0 then
    return text
  end
  local whole = text:match("^(%d+)%.?0*$")
  if whole and tonumber(whole) > 0 then
    return whole .. "/1"
  end
  c41.error(place, ('"%s" is no frame rate'):format(text),
    "write a whole number or n/d, such as 24 or 24000/1001")
  return "24/1"
end

-- "1920x1080" -> {1920, 1080}; even sizes only, since every delivery format wants them.
function world.pixels(text, place)
  local w, h = tostring(text):match("^(%d+)x(%d+)$")
  w, h = tonumber(w), tonumber(h)
  if not w or w < 16 or h < 16 or w > 16384 or h > 16384 then
    c41.error(place, ('"%s" is no size of a picture'):format(tostring(text)),
      "write WIDTHxHEIGHT, such as 1920x1080")
    return { 1920, 1080 }
  elseif w % 2 == 1 or h % 2 == 1 then
    c41.error(place, ('"%s" has an odd side'):format(text),
      ("write even numbers, such as %dx%d"):format(w + w % 2, h + h % 2))
  end
  return c41.fixed { w, h }
end

local function read_format(film)
  local format, place = film.format or {}, c41.place(film, "format")
  if type(format) == "string" then
    local pixels, fps = format:match("^([^@]*)@?(.*)$")
    format = { pixels = pixels ~= "" and pixels or nil, fps = fps ~= "" and fps or nil }
  end
  return {
    pixels = world.pixels(format.pixels or "1920x1080", place),
    fps = rate_text(format.fps or "24", place),
    between = format.between, stretch = format.stretch,
  }
end

function world.new(film, ctx)
  local w = { film = film, ctx = ctx, presets = {}, usual = {}, made = {}, described = {}, drawn = {}, styles = {} }
  for name, tool in pairs(world) do -- as its own, for a shot asks sixty times: a metatable would come second
    w[name] = tool
  end
  w.format = read_format(film)
  w.fps_num, w.fps_den = w.format.fps:match("(%d+)/(%d+)")
  w.fps_num, w.fps_den = tonumber(w.fps_num), tonumber(w.fps_den)
  w.handles = film.handles or 0.5
  w.seed = film.seed or 0
  return w
end

-- Seconds to the nearest whole number of frames, at least one.
function world:frames(seconds)
  return math.max(1, math.floor(seconds * self.fps_num / self.fps_den + 0.5))
end

function world:seconds(frames)
  return frames * self.fps_den / self.fps_num
end

-- A preset by kind and name; a stand-in without params after an error, so that lowering goes on.
function world:preset(kind, name, place)
  local known = self.presets[kind] or {}
  self.presets[kind] = known
  known[name] = known[name] or c41.preset(kind, name, place) or { preset = name, kind = kind, params = {} }
  return known[name]
end

-- Who makes this kind here: a named preset, else the studio's and film's `use`. nil: nobody does.
function world:maker(kind, explicit, place, people)
  local use = self.ctx.use[kind]
  if explicit and not (self.ctx.options.draft and use) then
    return self:preset(kind, explicit, place)
  end
  local name = use and (people and use.people or use["else"] or use.people)
  return name and self:preset(kind, name, use.at or place) or nil
end

-- Whether a preset has use for a parameter or a chain of inputs of this name.
function world.takes(preset, name)
  if not preset then
    return false
  end
  return (preset.params and preset.params[name] ~= nil) or (preset.chains and preset.chains[name] ~= nil) or false
end

function world.drafted(preset)
  return preset ~= nil and preset.driver == "draft"
end

-- Writes the step OWNER/TAIL and returns the reference to its first output. owner is a shot's record; nil:
-- tail is the whole id, of what belongs to no shot. spec has params, inputs, at; preset (a table; absent:
-- what this machine always does), words, note (for people), take, scene (of what is no shot's, and yet a scene's).
-- outputs: a name, or a list of them.
function world:step(owner, tail, kind, outputs, spec)
  local id, scene, shot
  if owner then
    shot, scene = owner.id, owner.scene.name
    id = shot .. "/" .. tail
  else
    id, scene = tail, spec.scene
  end
  local preset = spec.preset or self.usual[kind]
  if not preset then
    preset = self:maker(kind, nil, spec.at)
    self.usual[kind] = preset
  end
  return { step = id, output = c41.step(id, kind, preset and preset.preset, outputs, spec.params, spec.inputs, spec.at,
    scene, shot, spec.take, spec.words, spec.note) }
end

-- An input of a step from a reference, {step=ID, output=NAME} or {file=PATH}, as c41.step takes it: {NAME, MODE, ID,
-- OUTPUT} or {NAME, MODE, PATH}.
function world.input(name, ref, mode)
  local step = ref.step
  return step and { name, mode or "use", step, ref.output } or { name, mode or "use", ref.file }
end

-- Whether only values of an input matter, and not its bytes.
function world.reads(input)
  return input[2] == "read"
end

function world.late(fact, plus, min, max)
  return { late = fact, plus = plus, min = min, max = max }
end

-- Adds to a number that may be late.
function world.plus(value, amount)
  if type(value) ~= "table" then
    return value + amount
  end
  return { late = value.late, plus = (value.plus or 0) + amount, min = value.min, max = value.max }
end

-- Adds what `with:` says to params.
function world.add_with(params, with)
  for _, key in ipairs(c41.keys(with)) do
    params[key] = with[key]
  end
end

function world:seed_of(kind, take, name, explicit)
  return explicit or c41.seed(self.seed, kind, take, name)
end

return world

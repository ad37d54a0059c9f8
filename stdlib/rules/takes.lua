-- SPDX-License-Identifier: MIT
-- Takes: one render, or several with a pick between them.
local names = require "rules.names"

local takes = {}

local function copy(map)
  local out = {}
  for key, value in pairs(map) do
    out[key] = value
  end
  return out
end

-- One take as a step. A preset without a seed is told the take's number by its key instead.
local function render(w, sh, spec, id, take)
  local params = copy(spec.params)
  params.seed = spec.seed and spec.seed + take - 1 or w:seed_of(spec.kind, take, spec.seed_name)
  c41.step { id = id, kind = spec.kind, preset = spec.preset and spec.preset.preset, params = params, inputs = spec.inputs,
    outputs = { spec.output }, words = spec.words, scene = sh.scene and sh.scene.name, shot = sh.shot and sh.id, take = take,
    at = spec.at }
  return { step = id, output = spec.output }
end

local function judge(w, sh, spec, id, take, brief)
  local preset = w:maker("judge", nil, spec.at)
  c41.step { id = id .. "/judge", kind = "judge", preset = preset.preset, outputs = { "scores" }, params = { brief = brief },
    inputs = { w.input("take", take) }, scene = sh.scene and sh.scene.name, shot = sh.shot and sh.id, at = spec.at }
  return { step = id .. "/judge", output = "scores" }
end

local function picked_file(spec, pick)
  return { file = c41.asset(pick.file, c41.place(pick, "file"), { spec.media or "audio" }) or pick.file }
end

local function check_number(spec, number, n, place)
  if number and number > n then
    c41.error(place, ("there is no take %d: %s has %d"):format(number, spec.tail, n),
      "raise `takes`, or pick another")
  end
end

-- Makes spec = {tail, kind, preset, output, params, inputs, words, at, seed, seed_name, takes, pick, until_, media}
-- one step or many; returns the reference to what is used of them. sh is a shot's record, or a stand-in
-- with id and old_id for what belongs to no shot.
function takes.make(w, sh, spec)
  local id = sh.id .. "/" .. spec.tail
  local chosen = names.pick(w, sh, spec.tail) or {}
  local until_ = spec.until_
  local in_film = math.type(spec.pick) == "integer" and spec.pick or nil
  local number = chosen.take or in_film
  local n = math.max(spec.takes or 1, chosen.takes or 1, until_ and until_["at-most"] or 1)
  spec.seed_name = spec.seed_name or sh.was or sh.id
  if chosen.file then
    return picked_file(spec, chosen)
  elseif n == 1 and not chosen.is then
    check_number(spec, number, 1, chosen.take and c41.place(chosen, "take") or spec.pick_at or spec.at)
    return render(w, sh, spec, id, 1)
  end
  check_number(spec, number, n, chosen.take and c41.place(chosen, "take") or spec.pick_at or spec.at)
  local judged = (spec.pick == "auto" or until_) and w.ctx.use.judge ~= nil
  local inputs = {}
  for take = 1, n do
    local ref = render(w, sh, spec, id .. "/take-" .. take, take)
    inputs[#inputs + 1] = w.input("take", ref)
    if judged then
      inputs[#inputs + 1] = w.input("scores", judge(w, sh, spec, ref.step, ref, spec.params.prompt or spec.params.text))
    end
  end
  c41.step { id = id, kind = "pick", preset = w:preset("pick", "local", spec.at).preset, outputs = { spec.output }, inputs = inputs,
    params = { pick = number or spec.pick or "auto", ["until"] = until_ and until_.score, is = chosen.is, locked = chosen.locked },
    scene = sh.scene and sh.scene.name, shot = sh.shot and sh.id, at = spec.at }
  return { step = id, output = spec.output }
end

return takes

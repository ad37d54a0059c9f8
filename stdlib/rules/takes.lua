-- SPDX-License-Identifier: MIT
-- Takes: one render, or several with a pick between them.
local names = require "rules.names"

local takes = {}

-- One take as a step: spec is what w:step takes as well. A preset without a seed is told the take's number by
-- its key instead.
local function render(w, sh, spec, tail, take)
  spec.take, spec.params.seed = take, spec.seed and spec.seed + take - 1 or w:seed_of(spec.kind, take, spec.seed_name)
  return w:step(sh, tail, spec.kind, spec.output, spec)
end

local function judge(w, sh, spec, tail, take)
  local preset = w:maker("judge", nil, spec.at)
  local inputs = { w.input("take", take) }
  for _, input in ipairs(spec.inputs) do
    inputs[#inputs + 1] = w.reads(input) and input or nil -- the words of a brief that is written
  end
  return w:step(sh, tail .. "/judge", "judge", "scores", {
    preset = preset, inputs = inputs, at = spec.at,
    params = { brief = spec.params.prompt or spec.params.text },
  })
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

-- Makes spec = {tail, kind, preset, output, params, inputs, words, at, seed, seed_name, takes, pick, pick_at,
-- until_, media} one step or many, which changes spec; returns the reference to what is used of them.
function takes.make(w, sh, spec)
  local chosen = names.pick(w, sh, spec.tail)
  local until_ = spec.until_
  spec.seed_name = spec.seed_name or sh.was
  if not (chosen or spec.takes or spec.pick or until_) then
    return render(w, sh, spec, spec.tail, 1)
  end
  chosen = chosen or {}
  local in_film = math.type(spec.pick) == "integer" and spec.pick or nil
  local number = chosen.take or in_film
  local n = math.max(spec.takes or 1, chosen.takes or 1, until_ and until_["at-most"] or 1)
  if chosen.file then
    return picked_file(spec, chosen)
  end
  sh.take = (spec.media == "image" or spec.media == "video") and number or sh.take
  check_number(spec, number, n, chosen.take and c41.place(chosen, "take") or spec.pick_at or spec.at)
  if n == 1 and not chosen.is then
    return render(w, sh, spec, spec.tail, 1)
  end
  local judged = (spec.pick == "auto" or until_) and w.ctx.use.judge ~= nil
  local inputs = {}
  for take = 1, n do
    local tail = spec.tail .. "/take-" .. take
    local ref = render(w, sh, spec, tail, take)
    inputs[#inputs + 1] = w.input("take", ref)
    inputs[#inputs + 1] = judged and w.input("scores", judge(w, sh, spec, tail, ref)) or nil
  end
  local chosen_at = (chosen.is and c41.place(chosen, "is")) or (chosen.take and c41.place(chosen, "take"))
  return w:step(sh, spec.tail, "pick", spec.output, {
    inputs = inputs, at = chosen_at or spec.pick and spec.pick_at or spec.at,
    params = {
      pick = number or spec.pick or "auto", ["until"] = until_ and until_.score,
      is = chosen.is, locked = chosen.locked,
    },
  })
end

return takes

-- SPDX-License-Identifier: MIT
-- LoRAs: at hand, or trained by this film from pictures with captions.
local names = require "rules.names"

local lora = {}

local function captions(w, id, spec, pictures, inputs)
  local given = spec.captions
  for _, path in ipairs(pictures) do
    local own = path:gsub("%.[^.]*$", "") .. ".txt"
    if given ~= nil and given ~= "auto" then
      inputs[#inputs + 1] = w.input("caption", { file = own })
    else
      local preset = w:maker("caption", nil, c41.place(spec))
      local step = "lora/" .. c41.slug(id) .. "/caption/" .. c41.slug(path:match("([^/]+)$"))
      local made = w:step(nil, step, "caption", "caption", {
        preset = preset, params = { prompt = spec.trigger }, inputs = { w.input("image", { file = path }) },
        at = c41.place(spec),
      })
      inputs[#inputs + 1] = w.input("caption", made)
    end
  end
end

-- The step that trains a LoRA, made on first use: only what a picture needs is trained.
local function train(w, id, spec)
  local step = "lora/" .. c41.slug(id)
  if w.made[step] then
    return { step = step, output = "lora" }
  end
  w.made[step] = true
  local place = c41.place(w.film.loras, id)
  local preset = w:maker("train", spec.trainer, place)
  local pictures = c41.list(spec.images, c41.place(spec, "images"), { "image" }) or {}
  if #pictures == 0 then
    c41.error(c41.place(spec, "images"), ('there is no picture in "%s"'):format(spec.images),
      "put PNG or JPEG pictures of the subject there")
  end
  local inputs = {}
  for _, path in ipairs(pictures) do
    inputs[#inputs + 1] = w.input("image", { file = path })
  end
  captions(w, id, spec, pictures, inputs)
  return w:step(nil, step, "train", "lora", {
    preset = preset, inputs = inputs, at = place,
    params = {
      trigger = spec.trigger, base = spec.base, steps = spec.steps, rank = spec.rank,
      seed = w:seed_of("train", 1, step),
    },
  })
end

local function resolve(w, entry, place, who, preset, list)
  local name = type(entry) == "table" and entry.name or entry
  local strength = type(entry) == "table" and entry.strength or 1
  local spec = (w.film.loras or {})[name]
  if not spec then
    names.unknown("LoRA", name, c41.keys(w.film.loras), place)
    return
  elseif not (preset and preset.family) or (spec.base and spec.base ~= preset.family) then
    return
  end
  local ref = spec.file and { file = c41.asset(spec.file, c41.place(spec, "file"),
    { "lora" }) or spec.file } or train(w, name, spec)
  list[#list + 1] = { name = name, strength = strength, trigger = spec.trigger, who = who, ref = ref }
end

-- The LoRAs of a picture: those of the characters in it, then its own, whose base is the preset's family.
function lora.of_picture(w, sh, preset, own)
  local list = {}
  for i = 1, #sh.present do
    local id = sh.present[i]
    local entries = w.cast[id] and w.cast[id].loras
    for i = 1, entries and #entries or 0 do
      resolve(w, entries[i], c41.place(entries, i), id, preset, list)
    end
  end
  for i = 1, own and #own or 0 do
    resolve(w, own[i], c41.place(own, i), nil, preset, list)
  end
  return list
end

-- Puts them into a step's params and inputs.
function lora.attach(w, list, preset, params, inputs)
  if not w.takes(preset, "loras") or #list == 0 then
    return
  end
  params.loras = {}
  for i, entry in ipairs(list) do
    params.loras[i] = { name = entry.name, strength = entry.strength }
    inputs[#inputs + 1] = w.input("lora", entry.ref)
  end
end

return lora

-- SPDX-License-Identifier: MIT
-- Which codecs a deliverable may have in which container: what does not go together is told at the film's line.
local names = require "rules.names"

local codec = {}

-- A codec as people call it, and the family that a container knows.
local FAMILIES = {
  av1 = "av1", libsvtav1 = "av1", ["svt-av1"] = "av1",
  dnxhd = "dnxhr", dnxhr = "dnxhr", ["dnxhr-444"] = "dnxhr", ["dnxhr-hq"] = "dnxhr", ["dnxhr-hqx"] = "dnxhr",
  ["dnxhr-lb"] = "dnxhr", ["dnxhr-sq"] = "dnxhr",
  avc = "h264", h264 = "h264", libx264 = "h264", x264 = "h264",
  h265 = "hevc", hevc = "hevc", libx265 = "hevc", x265 = "hevc",
  prores = "prores", ["prores-422"] = "prores", ["prores-4444"] = "prores", ["prores-hq"] = "prores",
  ["prores-lt"] = "prores", ["prores-proxy"] = "prores", ["prores-xq"] = "prores", prores_ks = "prores",
}

-- What each container takes; some hold sound alone. AAC in Matroska would shift the picture; MP4 knows no PCM.
local CONTAINERS = {
  flac = { audio = { flac = true } },
  m4a = { audio = { aac = true } },
  mkv = { video = { av1 = true, dnxhr = true, h264 = true, hevc = true, prores = true },
    audio = { flac = true, libopus = true, opus = true, pcm_s16le = true, pcm_s24le = true } },
  mov = { video = { dnxhr = true, h264 = true, hevc = true, prores = true },
    audio = { aac = true, pcm_s16le = true, pcm_s24le = true } },
  mp4 = { video = { av1 = true, h264 = true, hevc = true }, audio = { aac = true, flac = true, libopus = true,
    opus = true } },
  wav = { audio = { pcm_s16le = true, pcm_s24le = true } },
}

-- Endings that are another one's name too.
local ALSO_CALLED = { jpeg = "jpg" }

-- By family: the numbers of quality (CRF) that its encoder takes, and the smallest picture. H.264 of quality 0 would be
-- lossless, which no player has the profile for.
local QUALITIES = { av1 = { 1, 63 }, h264 = { 1, 51 }, hevc = { 0, 51 } }
local SMALLEST = { av1 = { 64, 64 }, dnxhr = { 256, 120 } }

-- Samples a second, of all sound.
local RATE = 48000

-- Of a preset's encoder, what another codec has no use for.
local OF_ONE_CODEC = { "preset", "crf", "pixel-format", "profile", "level", "tune" }

-- The preset's encoder with the codec and quality that the film asks for.
function codec.encoding(spec, preset)
  local encode = {}
  for key, value in pairs(preset.encode or {}) do
    encode[key] = value
  end
  if spec.video and FAMILIES[spec.video] ~= FAMILIES[encode.codec or "h264"] then
    for _, key in ipairs(OF_ONE_CODEC) do
      encode[key] = nil
    end
  elseif spec.video and spec.video ~= encode.codec then
    encode["pixel-format"], encode.profile = nil, nil
  end
  encode.codec, encode.crf = spec.video or encode.codec, spec.quality or encode.crf
  return c41.fixed(encode)
end

local function check_ending(spec, preset, format, ending)
  local known = { [format] = true }
  for one in pairs(CONTAINERS) do
    known[one] = true
  end
  if not (known[ending] or format == ALSO_CALLED[ending]) then
    c41.error(c41.place(spec, "file"), ('preset %s makes no file of "%s"'):format(preset.preset, ending),
      "the endings that it has: " .. table.concat(c41.keys(known), ", "))
  end
end

-- The preset's container, but for a file whose ending names another, in letters of any case.
function codec.container(spec, preset)
  local own = preset.container or { format = "mp4" }
  local format, ending = own.format or "mp4", spec.file and spec.file:match("%.(%w+)$")
  ending = ending and ending:lower()
  if ending and not spec.of then
    check_ending(spec, preset, format, ending)
  end
  if not CONTAINERS[ending] or ending == format then
    return own
  end
  local container = {}
  for key, value in pairs(own) do
    container[key] = value
  end
  container.format = ending
  return c41.fixed(container)
end

-- The containers that take one of what, as words.
local function takers(what, name)
  local found = {}
  for _, format in ipairs(c41.keys(CONTAINERS)) do
    local takes = CONTAINERS[format][what]
    if takes and takes[name] then
      found[#found + 1] = format
    end
  end
  return table.concat(found, ", ")
end

-- Where the film says one of keys of d, the first of them; else d's own place.
local function place_of(d, ...)
  for _, key in ipairs { ... } do
    if d.spec[key] ~= nil then
      return c41.place(d.spec, key)
    end
  end
  return d.place
end

local function check(what, d, name, family)
  local format = d.container.format or "mp4"
  local container = CONTAINERS[format]
  if container and not container[what][family] then
    c41.error(place_of(d, what, "file"), ("a file of %s cannot hold %s"):format(format, name),
      ("these can: %s; the ending of `file:` chooses"):format(takers(what, family)))
  end
end

function codec.is_sound_alone(container)
  local known = CONTAINERS[container.format]
  return known ~= nil and not known.video
end

-- What an encoder's settings are for: av1, dnxhr, h264, hevc or prores; nil: nothing known.
function codec.family(encode)
  return FAMILIES[encode.codec or "h264"]
end

-- Whether the encoder takes what it is asked for: it would refuse long after, in words that help nobody.
local function check_encoder(d, name, family)
  local crf, range, least = d.encode.crf, QUALITIES[family], SMALLEST[family]
  if crf and not range then
    c41.warn(place_of(d, "quality", "video"), ("%s has no quality to choose: it is left out"):format(name),
      "drop `quality`, or choose h264, hevc or av1")
  elseif crf and (crf < range[1] or crf > range[2]) then
    c41.error(place_of(d, "quality", "video"), ("%s has qualities from %d to %d"):format(name, range[1], range[2]),
      "lower is better; without `quality` it is the preset's")
  end
  if least and (d.pixels[1] < least[1] or d.pixels[2] < least[2]) then
    c41.error(place_of(d, "pixels", "video"), ("%s takes no picture smaller than %dx%d, and these are %dx%d"):format(
      name, least[1], least[2], d.pixels[1], d.pixels[2]), "set `pixels`, or choose another codec, such as h264")
  end
end

-- What some container takes, in order.
local function known_sounds()
  local found = {}
  for _, container in pairs(CONTAINERS) do
    for name in pairs(container.audio) do
      found[name] = true
    end
  end
  return table.concat(c41.keys(found), ", ")
end

-- Whether there is such a codec; and whether it is asked for the one rate at which sound is mixed.
local function check_sound(d, name)
  local said, known = d.spec.audio, takers("audio", name) ~= ""
  local function place(key)
    return said and said[key] and c41.place(said, key) or place_of(d, "audio")
  end
  if not known then
    c41.error(place("codec"), ('unknown sound codec "%s"'):format(name), "there are: " .. known_sounds())
  end
  if (d.audio.rate or RATE) ~= RATE then
    c41.error(place("rate"), ("sound has %d samples a second, and not %d"):format(RATE, d.audio.rate), "drop `rate`")
  end
  return known
end

-- Whether d's container takes its codecs, and they what is asked of them; d as deliver.lua reads it.
function codec.check(d)
  local video, audio = d.encode.codec or "h264", d.audio.codec or "aac"
  if not d.without_picture and not FAMILIES[video] then
    names.unknown("codec", video, c41.keys(FAMILIES), d.spec.video and c41.place(d.spec, "video") or d.place)
    return
  end
  if not d.without_picture then
    check("video", d, video, FAMILIES[video])
    if not d.preview then
      check_encoder(d, video, FAMILIES[video])
    end
  end
  if d.preview or check_sound(d, audio) then
    check("audio", d, audio, audio)
  end
end

return codec

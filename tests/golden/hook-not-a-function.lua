-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot("close-up")

import * as electron from 'electron'
import { start } from './main/app.mjs'

start(electron, { dataFolder: process.env.GALLERY_DATA, model: process.env.GALLERY_MODEL })

export { LightClient } from './light.js';
export { RealDidError } from './error.js';

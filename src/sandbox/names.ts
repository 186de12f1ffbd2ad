/** Parts of made-up company and people's names; 40 × 15 companies before a number is needed. */
// prettier-ignore
export const places = [
  'Harbor', 'Ridge', 'Maple', 'Granite', 'Willow', 'Summit', 'Cedar', 'Prairie', 'Lakeside', 'Copper',
  'Juniper', 'Falcon', 'Orchard', 'Canyon', 'Birch', 'Meadow', 'Sterling', 'Beacon', 'Cobalt', 'Aspen',
  'Magnolia', 'Anchor', 'Heron', 'Quarry', 'Redwood', 'Saffron', 'Thistle', 'Valley', 'Walnut', 'Zephyr',
  'Bluebird', 'Cypress', 'Dune', 'Ember', 'Foxglove', 'Glacier', 'Hazel', 'Indigo', 'Lantern', 'Mesa',
] as const

// prettier-ignore
export const trades = [
  'Dental', 'Logistics', 'Legal', 'Accounting', 'Builders', 'Clinic', 'Foods', 'Motors', 'Insurance', 'Realty',
  'Optics', 'Print', 'Veterinary', 'Engineering', 'Academy',
] as const

export const suffixes = ['', '', ' LLC', ' Inc.', ' Group'] as const
export const cities = ['Columbus', 'Dayton', 'Toledo', 'Akron', 'Canton', 'Mentor', 'Lorain'] as const
export const firstNames = [
  'Ana',
  'Ben',
  'Carla',
  'Dev',
  'Erin',
  'Farid',
  'Grace',
  'Hugo',
  'Ines',
  'Jon',
] as const
export const lastNames = [
  'Abbott',
  'Brandt',
  'Costa',
  'Diaz',
  'Ekker',
  'Frost',
  'Gupta',
  'Hale',
  'Ito',
  'Jonas',
] as const
export const roles = ['WS', 'LT', 'SRV', 'DC', 'FS'] as const

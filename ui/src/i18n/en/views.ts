export const views = {
  nothing: 'Nothing to show',
  failed: 'This can’t be shown: {error}',
  retry: 'Try again',
  more: { one: 'and one more', other: 'and {n} more' },
  yes: 'Yes',
  no: 'No',

  // Pictures
  noPicture: 'The picture can’t be loaded.',
  zoom: 'Zoom',
  zoomOf: '{title}; arrow keys move it, + and − zoom, 0 fits, 1 shows it 1:1',
  zoomIn: 'Zoom in (+)',
  zoomOut: 'Zoom out (−)',
  fit: 'Fit (0)',
  oneToOne: '1:1, actual size (1)',
  pixels: '{width} × {height}',

  // Sound and video
  noSound: 'The sound can’t be played.',
  play: 'Play',
  pause: 'Pause',
  seek: '{title}, place in the sound',
  noVideo: 'The video can’t be played.',
  videoTools: 'Video',
  frameBack: 'One picture back (,)',
  frameOn: 'One picture on (.)',
  loop: 'Over and over',

  // Meshes
  noMesh: 'The mesh has no vertices.',
  meshOf: '{title}, mesh; arrow keys turn it, + and − zoom',
  meshSize: { one: '{vertices} vertices, one face', other: '{vertices} vertices, {n} faces' },

  // Plots
  noNumbers: 'No numbers',
  plotOf: { one: '{title}, one point', other: '{title}, {n} points; arrow keys read them' },
  plotPoint: 'x {x}, y {y}',
  logScale: 'Logarithmic',

  // Text and lists
  emptyText: 'Empty text',
  emptyList: 'Empty list',
  mono: 'Letters of one width',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'The browser did not let it be copied',

  // Comparing
  compare: 'How to compare',
  compareSlider: 'Slider',
  compareSide: 'Side by side',
  compareDifference: 'Difference',
  differenceOf: 'Difference of {before} and {after}',
  gain: 'Times {n}',
  same: 'The same in every pixel',
  differs: '{share} of the pixels differ, by {mean} on average and {most} at most',
  otherSize: 'The sizes differ: {first} and {second}.',

  // Steps
  noSteps: 'No steps were kept',
  noStepsWhy: 'A loop keeps its values only after some turns, as set below. What the next run keeps stands here.',
  noStepPictures: { one: 'One step was kept; nothing in it can be drawn.', other: '{n} steps were kept; nothing in them can be drawn.' },
  keptSteps: 'Kept steps',
  keptStepsOf: 'Kept steps of “{name}”',
  stepOf: 'Step {step} of {of}',
  carried: 'Carried value',
  keepEvery: 'Turns from one step that is kept to the next',
  keepWhole: 'A whole number from 0',
  keepHint: '1 keeps a step after each turn, 0 keeps none. Fewer turns in between keep more; older steps may be let go to make room. A run that was stopped goes on from the last.',
  keepsNone: 'This loop keeps no steps.',
  keepsEvery: { one: 'This loop keeps a step after each turn.', other: 'This loop keeps a step after every {n} turns.' },
  keepsElsewhere: 'It stands in another file. To keep more, unpack the subgraph and set it at the loop in it.',
  openFile: 'Open {name}',
  step: 'Step {step}',

  // Figures
  type: 'Type',
  shape: 'Shape',
  dtype: 'Type of number',
  device: 'Device',
  min: 'Minimum',
  max: 'Maximum',
  mean: 'Mean',
  std: 'Std. deviation',
  bytes: 'Size',
  nan: 'Some numbers are not finite (NaN)',
  nanCount: { one: 'One number is not finite (NaN)', other: '{n} numbers are not finite (NaN)' },
  histogramOf: 'Distribution of {title}',
  histogramPeak: '{title}, most often around {value}',
} as const

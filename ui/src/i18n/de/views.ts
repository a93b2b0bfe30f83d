import type { views as english } from '../en/views'
import type { Translation } from '../text'

export const views = {
  nothing: 'Nichts zu zeigen',
  failed: 'Das kann nicht gezeigt werden: {error}',
  retry: 'Noch einmal versuchen',
  more: { one: 'und ein weiterer', other: 'und {n} weitere' },
  yes: 'Ja',
  no: 'Nein',

  // Bilder
  noPicture: 'Das Bild kann nicht geladen werden.',
  zoom: 'Vergrößerung',
  zoomOf: '{title}; Pfeiltasten verschieben, + und − vergrößern und verkleinern, 0 passt ein, 1 zeigt 1:1',
  zoomIn: 'Vergrößern (+)',
  zoomOut: 'Verkleinern (−)',
  fit: 'Einpassen (0)',
  oneToOne: '1:1, wirkliche Größe (1)',
  pixels: '{width} × {height}',

  // Ton und Video
  noSound: 'Der Ton kann nicht abgespielt werden.',
  play: 'Abspielen',
  pause: 'Anhalten',
  seek: '{title}, Stelle im Ton',
  noVideo: 'Das Video kann nicht abgespielt werden.',
  videoTools: 'Video',
  frameBack: 'Ein Bild zurück (,)',
  frameOn: 'Ein Bild weiter (.)',
  loop: 'Immer wieder',

  // Netze
  noMesh: 'Das Netz hat keine Ecken.',
  meshOf: '{title}, Netz; Pfeiltasten drehen, + und − vergrößern und verkleinern',
  meshSize: { one: '{vertices} Ecken, eine Fläche', other: '{vertices} Ecken, {n} Flächen' },

  // Kurven
  noNumbers: 'Keine Zahlen',
  plotOf: { one: '{title}, ein Punkt', other: '{title}, {n} Punkte; Pfeiltasten lesen sie vor' },
  plotPoint: 'x {x}, y {y}',
  logScale: 'Logarithmisch',
  curves: 'Kurven',
  curvesIn: 'Kurven von „{name}“',
  curvesOf: {
    one: '{title}, eine Reihe über {turns} Durchläufe; Pfeiltasten lesen sie vor',
    other: '{title}, {n} Reihen über {turns} Durchläufe; Pfeiltasten lesen sie vor',
  },
  series: 'Gezeigte Reihen',
  smoothing: 'Glättung',
  turn: 'Durchlauf {turn}',
  turns: 'Mittel der Durchläufe {from} bis {to}',

  // Text und Listen
  emptyText: 'Leerer Text',
  emptyList: 'Leere Liste',
  mono: 'Gleich breite Buchstaben',
  copy: 'Kopieren',
  copied: 'Kopiert',
  notCopied: 'Der Browser ließ das Kopieren nicht zu',

  // Vergleichen
  compare: 'Art des Vergleichs',
  compareHandle: 'Wo ein Bild endet und das andere beginnt',
  compareSlider: 'Schieber',
  compareSide: 'Nebeneinander',
  compareDifference: 'Unterschied',
  differenceOf: 'Unterschied von {before} und {after}',
  gain: '{n}-fach',
  same: 'In jedem Bildpunkt gleich',
  differs: '{share} der Bildpunkte sind verschieden, im Mittel um {mean}, höchstens um {most}',
  otherSize: 'Die Größen sind verschieden: {first} und {second}.',

  // Schritte
  noSteps: 'Keine Schritte behalten',
  noStepsWhy: 'Eine Schleife behält ihre Werte nur nach manchen Durchläufen, wie unten eingestellt. Was der nächste Lauf behält, steht hier.',
  noStepPictures: { one: 'Ein Schritt ist behalten; nichts darin lässt sich zeichnen.', other: '{n} Schritte sind behalten; nichts darin lässt sich zeichnen.' },
  keptSteps: 'Behaltene Schritte',
  keptStepsOf: 'Behaltene Schritte von „{name}“',
  stepOf: 'Schritt {step} von {of}',
  carried: 'Weitergegebener Wert',
  keepEvery: 'Durchläufe von einem behaltenen Schritt zum nächsten',
  keepWhole: 'Eine ganze Zahl ab 0',
  keepHint: '1 behält nach jedem Durchlauf einen Schritt, 0 behält keinen. Weniger Durchläufe dazwischen behalten mehr; ältere Schritte können Platz machen müssen. Ein abgebrochener Lauf macht beim letzten weiter.',
  keepsNone: 'Diese Schleife behält keine Schritte.',
  keepsEvery: { one: 'Diese Schleife behält nach jedem Durchlauf einen Schritt.', other: 'Diese Schleife behält nach je {n} Durchläufen einen Schritt.' },
  keepsElsewhere: 'Sie steht in einer anderen Datei. Um mehr zu behalten, stelle es dort ein, oder nimm den Graphen der Datei zuerst auf.',
  openFile: '{name} öffnen',
  step: 'Schritt {step}',
  pinnedStep: 'Schritt {step}, für immer behalten',
  fork: 'Ab Schritt {step} abzweigen',
  forkHint: 'Öffnet einen weiteren Graphen, der bei diesem Schritt weitermacht. Was darin geändert wird, gilt für die Durchläufe danach; nur sie laufen.',
  fromStep: 'ab Schritt {step}',
  forkOpened: 'Ein Graph ist geöffnet, der bei Schritt {step} weitermacht. Ändere etwas darin und lass ihn laufen.',
  goesOn: 'Macht bei Schritt {step} eines anderen Laufs weiter. Ihre Anfangswerte gelten nicht.',
  forkGone: 'Schritt {step}, bei dem sie weitermacht, ist nicht mehr gespeichert. Ohne die Abzweigung beginnt sie von vorn.',
  unfork: 'Abzweigung aufheben',
  keepStep: 'Schritt {step} für immer behalten',

  // Kennzahlen
  type: 'Typ',
  shape: 'Form',
  dtype: 'Zahlentyp',
  device: 'Gerät',
  min: 'Minimum',
  max: 'Maximum',
  mean: 'Mittelwert',
  std: 'Standardabw.',
  bytes: 'Größe',
  nan: 'Einige Zahlen sind nicht endlich (NaN)',
  nanCount: { one: 'Eine Zahl ist nicht endlich (NaN)', other: '{n} Zahlen sind nicht endlich (NaN)' },
  histogramOf: 'Verteilung von {title}',
  histogramPeak: '{title}, am häufigsten um {value}',
} as const satisfies Translation<typeof english>

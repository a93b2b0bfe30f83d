import type { ComponentType } from 'react'
import { canShow } from './check'
import { ChoiceInput } from './ChoiceInput'
import { ColourInput } from './ColourInput'
import type { Control } from './control'
import { CurveInput } from './CurveInput'
import { FilePicker } from './FilePicker'
import { JsonInput } from './JsonInput'
import { ListEditor } from './ListEditor'
import { ModelPicker } from './ModelPicker'
import { NumberInput } from './NumberInput'
import type { Field } from './schema'
import { SeedInput } from './SeedInput'
import type { SeedMode } from './seeds'
import { SwitchInput } from './SwitchInput'
import { LineInput, TextArea } from './TextInput'

interface ControlOfProps extends Control {
  readonly seedMode?: SeedMode | undefined
  readonly onSeedMode?: ((mode: SeedMode) => void) | undefined
}

const controls: Record<Exclude<Field['form']['kind'], 'seed'>, ComponentType<Control>> = {
  number: NumberInput,
  switch: SwitchInput,
  choice: ChoiceInput,
  line: LineInput,
  text: TextArea,
  colour: ColourInput,
  file: FilePicker,
  model: ModelPicker,
  list: ListEditor,
  curve: CurveInput,
  json: JsonInput,
}

/** The control for a field: JSON where the value is none that the proper control could show. */
export function ControlOf({ seedMode, onSeedMode, ...control }: ControlOfProps) {
  const { form, nullable } = control.field
  if (!canShow(form, control.value)) return <JsonInput {...control} />
  if (form.kind === 'seed') return <SeedInput {...control} mode={seedMode} onMode={onSeedMode} />
  // A switch has no third position for "not given"
  const Input = form.kind === 'switch' && nullable ? ChoiceInput : controls[form.kind]
  return <Input {...control} />
}

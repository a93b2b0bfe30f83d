import { Switch } from 'radix-ui'
import { held, type Control } from './control'
import './switch.css'

/** Yes or no. */
export function SwitchInput(props: Control) {
  const { id, disabled, aria, onChange } = props
  return (
    <Switch.Root
      id={id}
      className="switch nodrag"
      checked={held(props) === true}
      disabled={disabled}
      onCheckedChange={onChange}
      {...aria}
    >
      <Switch.Thumb className="switch__thumb" />
    </Switch.Root>
  )
}

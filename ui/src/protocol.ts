// Made from engine/service/protocol.py by `make types`; changes here are lost.

export type ClientMessage =
  | Hello
  | Subscribe
  | Unsubscribe
  | Edit
  | Undo
  | Redo
  | Presence
  | Watch
  | Submit
  | Cancel
  | PlanRequest
  | Ping
export type JsonValue = string | number | boolean | null | JsonValue[] | {[key: string]: JsonValue}
export type ServerMessage = Welcome | Reply | Refusal | Snapshot | Reliable | Lossy
export type Operation =
  | Add
  | Remove
  | SetParam
  | UnsetParam
  | LinkPort
  | Unlink
  | Rename
  | Move
  | Show
  | Group
  | Note
  | ExposeInput
  | UnexposeInput
  | ExposeOutput
  | UnexposeOutput
  | Embed
  | Unpack
  | SetFields
  | Describe
  | Patch

/**
 * Everything that is said, by who says it.
 */
export interface Wire {
  ClientMessage: ClientMessage
  ServerMessage: ServerMessage
  Operation: Operation
  Graph: Graph
}
/**
 * The first message of a socket.
 */
export interface Hello {
  type: 'hello'
  /**
   * Id that the client keeps over reconnects; undo is per client.
   */
  client: string
  /**
   * Shown to others.
   */
  name?: string
  /**
   * The one of the last `Welcome`; with another, `last` says nothing.
   */
  epoch?: string
  /**
   * Channel → the last `seq` it got; it is subscribed to these.
   */
  last?: {
    [k: string]: number
  }
}
/**
 * Get a channel's messages; a snapshot first, unless `last` can be gone on from.
 */
export interface Subscribe {
  type: 'subscribe'
  id: number
  channel: string
  last?: number | null
}
/**
 * Get a channel's messages no more.
 */
export interface Unsubscribe {
  type: 'unsubscribe'
  id: number
  channel: string
}
/**
 * Apply operations to a session's graph, all or none.
 */
export interface Edit {
  type: 'edit'
  /**
   * Number of the request, for the answer.
   */
  id: number
  /**
   * The session.
   */
  session: string
  /**
   * Names this edit for good: sent again after a reconnect, it is not applied twice.
   */
  token: string
  /**
   * Operations of `engine.graph.operations`, in order.
   */
  operations: Operation[]
}
/**
 * Take back this client's last edit that is not yet taken back.
 */
export interface Undo {
  type: 'undo'
  id: number
  session: string
  token: string
}
/**
 * Make again what this client took back last.
 */
export interface Redo {
  type: 'redo'
  id: number
  session: string
  token: string
}
/**
 * Where a person is: pointer, selection. Lossy.
 */
export interface Presence {
  type: 'presence'
  session: string
  cursor?: [number, number] | null
  selection?: string[]
}
/**
 * Which previews of a run to send, how large and how often.
 */
export interface Watch {
  type: 'watch'
  id: number
  /**
   * The run.
   */
  run: string
  /**
   * Instances whose previews are shown; null = all.
   */
  nodes?: string[] | null
  /**
   * Pixels of the longer side.
   */
  size?: number
  /**
   * Pictures a second and instance at most.
   */
  rate?: number
}
/**
 * Queue runs; the answer holds their records.
 */
export interface Submit {
  type: 'submit'
  id: number
  request: RunRequest
}
/**
 * What to run.
 */
export interface RunRequest {
  graph: GraphSource
  /**
   * Graph input, or `instance.port` of a param, → value. Inside an embedded subgraph the instance is a path: `outer/inner.port`.
   */
  values?: {
    [k: string]: JsonValue
  }
  /**
   * Named outputs, or `instance.port`; without any, all named ones.
   */
  outputs?: string[]
  /**
   * The same → values; several multiply, the last varies fastest. Makes one batch of runs.
   */
  sweep?: {
    [k: string]: JsonValue[]
  }
  /**
   * Instances that run whatever is stored.
   */
  forced?: string[]
  /**
   * Whether seeds that are not set are drawn, once, when the run is queued.
   */
  random_seeds?: boolean
  /**
   * Higher runs first.
   */
  priority?: number
  /**
   * Whether it goes before all others of its priority.
   */
  front?: boolean
  /**
   * Idempotency key: a second request with the same key gets the first one's runs.
   */
  key?: string
  /**
   * Shown in place of the graph's.
   */
  title?: string
  /**
   * The open graph that the runs belong to where `graph` is none, as when a run is repeated.
   */
  session?: string
}
/**
 * Where a graph comes from: exactly one of the fields.
 */
export interface GraphSource {
  /**
   * An open session, as it is now.
   */
  session?: string
  /**
   * A file of the workspace, or a template.
   */
  name?: string
  /**
   * The graph itself.
   */
  document?: {
    [k: string]: JsonValue
  } | null
}
/**
 * Cancel a run, or every run of a batch.
 */
export interface Cancel {
  type: 'cancel'
  id: number
  run: string
}
/**
 * Ask what a run of a session's graph would do; the answer is a `PlanRecord`.
 *
 * It may come after the answers to later requests.
 */
export interface PlanRequest {
  type: 'plan'
  /**
   * Number of the request, for the answer.
   */
  id: number
  /**
   * The session.
   */
  session: string
  /**
   * Outputs wanted: named ones or `instance.port`; without any, all named ones.
   */
  outputs?: string[]
  /**
   * Version of the last answer to the same question: only what is otherwise is said.
   */
  after?: string
}
/**
 * Ask for an answer.
 */
export interface Ping {
  type: 'ping'
  id: number
}
/**
 * The first answer of a socket.
 */
export interface Welcome {
  type: 'welcome'
  /**
   * The id that the client gave.
   */
  client: string
  /**
   * Changes when the server starts; channels count anew then.
   */
  epoch: string
  /**
   * Of the protocol.
   */
  version: number
  /**
   * Bytes of a frame at most.
   */
  frame: number
}
/**
 * The answer to a request that was done.
 */
export interface Reply {
  type: 'reply'
  id: number
  value: JsonValue
}
/**
 * The answer to a request that was not done; nothing has changed.
 */
export interface Refusal {
  type: 'refusal'
  /**
   * The request's number; null when it had none, or it could not be read.
   */
  id: number | null
  /**
   * The channel of `Hello.last` that can't be gone on with, if that is meant.
   */
  channel: string
  /**
   * What was expected, what came, what to do.
   */
  error: string
  /**
   * The same one by one, when a graph is at fault.
   */
  problems: ProblemRecord[]
}
/**
 * One thing wrong with a graph; see `engine.errors.Problem`.
 */
export interface ProblemRecord {
  code: string
  instance: string
  port: string
  expected: string
  got: string
  cure: string
  /**
   * Which of `expected`, `got` and `cure` can be said in other languages, and how.
   */
  said: {
    [k: string]: Said
  }
}
/**
 * A text by its code; see `engine.wording`.
 */
export interface Said {
  /**
   * Which one it is.
   */
  code: string
  /**
   * What stands in it.
   */
  args: {
    [k: string]: string | Said
  }
}
/**
 * All of a channel as it is after its message `seq`.
 */
export interface Snapshot {
  type: 'snapshot'
  channel: string
  seq: number
  value: JsonValue
}
/**
 * One message of a channel; exactly once and in order.
 */
export interface Reliable {
  type: 'event'
  channel: string
  seq: number
  event:
    | Edited
    | Checked
    | Saved
    | Choice
    | NodeDone
    | NodeFailed
    | NodeBlocked
    | NodeCancelled
    | RunPlanned
    | RunChanged
    | RunGone
    | Paused
}
/**
 * Operations were applied.
 */
export interface Edited {
  type: 'edited'
  /**
   * Of the edit in the session's log. Who has a snapshot with this `seq` or a larger one has the edit already.
   */
  number: number
  /**
   * Who made them; empty for what another program did to the file.
   */
  client: string
  /**
   * The edit's token.
   */
  token: string
  /**
   * The writes that were made, in order: patches of `engine.graph.edit`.
   */
  patch: Patch[]
  /**
   * All problems of the graph now, or null when they are as before, or not known yet: then `Checked` tells them.
   */
  problems: ProblemRecord[] | null
  /**
   * Why less was undone than asked for, or where the edit came from.
   */
  notice: string
}
/**
 * The graph was checked whole, and has other problems than were known.
 */
export interface Checked {
  type: 'checked'
  /**
   * Of the last edit that was looked at.
   */
  number: number
  /**
   * All of them.
   */
  problems: ProblemRecord[]
}
/**
 * The file has all edits up to a number.
 */
export interface Saved {
  type: 'saved'
  /**
   * The file.
   */
  name: string
  /**
   * The number.
   */
  seq: number
  /**
   * Why it does not have the later ones, if writing them failed.
   */
  error: string
}
/**
 * Somebody else changed the file, and people have to choose; until then it is not written.
 */
export interface Choice {
  type: 'choice'
  /**
   * Names the choice.
   */
  id: string
  /**
   * What to choose, one side each; see `engine.service.outside.Pending.choices`. Nothing when there is nothing to choose any more.
   */
  conflicts: {
    [k: string]: JsonValue
  }[]
}
/**
 * An instance is finished and durable. Short names: there is one for each instance of each run.
 */
export interface NodeDone {
  type: 'node.done'
  /**
   * Instance.
   */
  n: string
  /**
   * Whether its result was stored before.
   */
  c: boolean
  /**
   * Seconds; absent when cached.
   */
  s: number
}
/**
 * An instance raised.
 */
export interface NodeFailed {
  type: 'node.failed'
  n: string
  reason: string
}
/**
 * An instance can't run since another failed.
 */
export interface NodeBlocked {
  type: 'node.blocked'
  n: string
  by: string
}
/**
 * An instance was cancelled, or paused with its run.
 */
export interface NodeCancelled {
  type: 'node.cancelled'
  /**
   * Instance.
   */
  n: string
  /**
   * How far it had come, in the node's own unit.
   */
  done: number
  /**
   * In the same unit; 0 when it had told nothing.
   */
  total: number
}
/**
 * A run knows its work.
 */
export interface RunPlanned {
  type: 'run.planned'
  total: number
  to_run: number
}
/**
 * A run came, moved, began or ended; also the last message of its own channel.
 */
export interface RunChanged {
  type: 'run.changed'
  run: RunRecord
}
/**
 * A run: everything that repeating it exactly takes, and what became of it.
 */
export interface RunRecord {
  /**
   * Its id.
   */
  id: string
  /**
   * Id that the runs of one request share.
   */
  batch: string
  /**
   * The session it was submitted from, if any.
   */
  session: string
  /**
   * Shown in lists.
   */
  title: string
  /**
   * Digest of the graph's meaning.
   */
  graph: string
  /**
   * How far it is.
   */
  state: 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled'
  /**
   * Higher runs first.
   */
  priority: number
  /**
   * Place in the queue among equals; smaller runs first.
   */
  position: number
  /**
   * When it was queued, in seconds since 1970.
   */
  created: number
  /**
   * When it began; null before.
   */
  started: number | null
  /**
   * When it ended; null before.
   */
  ended: number | null
  /**
   * Graph input, or `instance.port`, → value; defaults of inputs and drawn seeds included.
   */
  values: {
    [k: string]: JsonValue
  }
  /**
   * The part of the values that are seeds.
   */
  seeds: {
    [k: string]: number
  }
  /**
   * What it has otherwise than the run before it in its batch or its session; the first ones.
   */
  changes: RunChange[]
  /**
   * The outputs asked for; empty = all named ones.
   */
  outputs: string[]
  /**
   * Instances that ran whatever was stored.
   */
  forced: string[]
  /**
   * Instances by outcome, and `total`.
   */
  counts: {
    [k: string]: number
  }
  /**
   * Stage → seconds.
   */
  seconds: {
    [k: string]: number
  }
  /**
   * `{instance, node, reason}` of every failure.
   */
  failures: {
    [k: string]: string
  }[]
  /**
   * What went less well than it should.
   */
  warnings: string[]
  /**
   * What it gave.
   */
  artifacts: ArtifactRecord[]
  /**
   * Ids of the nodes that the graph uses.
   */
  nodes: string[]
  /**
   * Model file → digest.
   */
  models: {
    [k: string]: string
  }
  /**
   * Program or pack → version.
   */
  versions: {
    [k: string]: string
  }
  /**
   * What it was computed on.
   */
  device: string
}
/**
 * One thing that a run has otherwise than the run before.
 */
export interface RunChange {
  /**
   * What happened from the run before to this one.
   */
  kind: 'added' | 'removed' | 'changed' | 'renamed'
  /**
   * What is otherwise: a graph input, `instance.port`, or a whole instance.
   */
  place: string
  old: JsonValue
  new: JsonValue
}
/**
 * One output of a run.
 */
export interface ArtifactRecord {
  /**
   * Name of the output.
   */
  output: string
  /**
   * Place in the output, when it gave several files.
   */
  index: number
  /**
   * Name of the value's class.
   */
  type: string
  /**
   * Digest (hex) of the file, under which it is fetched; of the value when there is no file.
   */
  digest: string
  /**
   * Media type of the file; empty when there is none.
   */
  media: string
  /**
   * Bytes of the file.
   */
  size: number
  value: JsonValue
}
/**
 * A run was deleted.
 */
export interface RunGone {
  type: 'run.gone'
  run: string
}
/**
 * The queue was paused, or goes on.
 */
export interface Paused {
  type: 'queue.paused'
  paused: boolean
}
/**
 * A message of which only the latest for each key counts.
 */
export interface Lossy {
  type: 'lossy'
  channel: string
  key: string
  event: Started | Progress | Preview | CurvesTold | Present
}
/**
 * An instance began. Lossy.
 */
export interface Started {
  type: 'node.started'
  n: string
}
/**
 * How far an instance is. Lossy.
 */
export interface Progress {
  type: 'node.progress'
  n: string
  done: number
  total: number
}
/**
 * A picture of an intermediate value. Lossy.
 */
export interface Preview {
  type: 'node.preview'
  n: string
  media: string
  data: Uint8Array
}
/**
 * All that a loop has collected so far in numbers. Lossy.
 */
export interface CurvesTold {
  type: 'node.curves'
  n: string
  curves: CurvesRecord
}
/**
 * The numbers that a loop collects, turn by turn.
 */
export interface CurvesRecord {
  /**
   * Number of turns done at the end of each part.
   */
  turns: number[]
  /**
   * Turns in a part, the last one may have fewer.
   */
  each: number
  /**
   * Name → mean in each part; null where there was no finite number.
   */
  series: {
    [k: string]: (number | null)[]
  }
}
/**
 * Somebody's pointer and selection; `here` is false when they left. Lossy.
 */
export interface Present {
  type: 'present'
  client: string
  name: string
  here: boolean
  cursor: [number, number] | null
  selection: string[]
}
/**
 * Add an instance under a free name, and say where it stands.
 */
export interface Add {
  at?: string
  op: 'add'
  name: string
  instance: {
    [k: string]: JsonValue
  }
  position?: [number, number] | null
}
/**
 * Remove instances with all that is linked to them.
 */
export interface Remove {
  at?: string
  op: 'remove'
  names: string[]
}
/**
 * Type a value into a port; a link to it goes.
 */
export interface SetParam {
  at?: string
  op: 'set_param'
  name: string
  port: string
  value: JsonValue
}
/**
 * Let a port have its default again.
 */
export interface UnsetParam {
  at?: string
  op: 'unset_param'
  name: string
  port: string
}
/**
 * Link a port to a source, or to several in order; a value typed into it goes.
 */
export interface LinkPort {
  at?: string
  op: 'link'
  name: string
  port: string
  source: string | string[]
}
/**
 * Take the link or links of a port away.
 */
export interface Unlink {
  at?: string
  op: 'unlink'
  name: string
  port: string
}
/**
 * Give an instance another name; links follow.
 */
export interface Rename {
  at?: string
  op: 'rename'
  name: string
  to: string
}
/**
 * Put instances, groups or notes elsewhere: key of the view → x and y.
 */
export interface Move {
  at?: string
  op: 'move'
  positions: {
    /**
     * @minItems 2
     * @maxItems 2
     */
    [k: string]: [number, number]
  }
}
/**
 * Show instances in another way: instance → field of its view → value; null takes a field away.
 *
 * Fields are what an editor makes of them, such as `colour`, `collapsed`, `size` and `pinned`.
 */
export interface Show {
  at?: string
  op: 'show'
  shown: {
    [k: string]: {
      [k: string]: JsonValue
    }
  }
}
/**
 * Draw, change or, without a value, remove a frame around instances.
 */
export interface Group {
  at?: string
  op: 'group'
  id: string
  value?: {
    [k: string]: JsonValue
  } | null
}
/**
 * Write, change or, without a value, remove a note on the canvas.
 */
export interface Note {
  at?: string
  op: 'note'
  id: string
  value?: {
    [k: string]: JsonValue
  } | null
}
/**
 * Give the graph a named input, or change the one of that name.
 */
export interface ExposeInput {
  at?: string
  op: 'expose_input'
  name: string
  input: {
    [k: string]: JsonValue
  }
}
/**
 * Take a named input away.
 */
export interface UnexposeInput {
  at?: string
  op: 'unexpose_input'
  name: string
}
/**
 * Give the graph a named output, or lead the one of that name elsewhere.
 */
export interface ExposeOutput {
  at?: string
  op: 'expose_output'
  name: string
  source: string
}
/**
 * Take a named output away.
 */
export interface UnexposeOutput {
  at?: string
  op: 'unexpose_output'
  name: string
}
/**
 * Move instances into a new subgraph that takes their place.
 */
export interface Embed {
  at?: string
  op: 'embed'
  names: string[]
  name: string
}
/**
 * Put what is inside a subgraph in its place.
 */
export interface Unpack {
  at?: string
  op: 'unpack'
  name: string
}
/**
 * Set fields of an instance that are neither params nor links; null gives a field its default again.
 *
 * Titles, mode, lifted ports (`over`), the fields of a loop, and `frozen` are set this way; so is
 * whether a subgraph is in the graph (`graph`) or in a file (`ref`).
 */
export interface SetFields {
  at?: string
  op: 'set_fields'
  name: string
  fields: {
    [k: string]: JsonValue
  }
}
/**
 * Set the graph's title, help or licence.
 */
export interface Describe {
  at?: string
  op: 'describe'
  fields: {
    [k: string]: string
  }
}
/**
 * Writes to one level: what takes an edit back, and what makes it again.
 */
export interface Patch {
  op: 'patch'
  /**
   * Path of the subgraph, `outer/inner`; empty for the graph itself.
   */
  at?: string
  /**
   * In order.
   */
  writes: Write[]
}
/**
 * One place of a level that gets another value.
 */
export interface Write {
  /**
   * The place step by step: `nodes`, name; `nodes`, name, field; `nodes`, name, `params` (or `links`, `carry`), port; `inputs`, `outputs` or `view`, name; `view`, name, field; or a graph's field.
   */
  where: string[]
  /**
   * What must stand there before.
   */
  old?: JsonValue[]
  /**
   * What stands there after.
   */
  new?: JsonValue[]
}
/**
 * A graph: instances, their links, and the inputs and outputs it has by name.
 */
export interface Graph {
  /**
   * Version of the format.
   */
  knotwork?: number
  /**
   * Shown in place of the file's name.
   */
  title?: string
  /**
   * What it does.
   */
  help?: string
  /**
   * Under which terms it may be used.
   */
  licence?: string
  /**
   * Values that can be set from outside.
   */
  inputs?: {
    [k: string]: GraphInput
  }
  /**
   * What it gives: name → `instance.port`.
   */
  outputs?: {
    [k: string]: string
  }
  /**
   * Instances by name; names hold no dots.
   */
  nodes?: {
    [k: string]: Instance
  }
  /**
   * Versions of the packs it was made with, by name.
   */
  packs?: {
    [k: string]: JsonValue
  }
  /**
   * Digest, licence and source of the models it was made with, by name.
   */
  models?: {
    [k: string]: JsonValue
  }
  /**
   * Positions, groups and notes of the editor.
   */
  view?: {
    [k: string]: JsonValue
  }
  [k: string]: unknown
}
/**
 * A named input of a graph.
 */
export interface GraphInput {
  /**
   * Input ports that it feeds, `instance.port`.
   */
  to?: string[]
  default?: JsonValue
  /**
   * Shown in its place of the name.
   */
  title?: string
  /**
   * What it is for.
   */
  help?: string
  [k: string]: unknown
}
/**
 * A use of a node, a subgraph or a loop.
 */
export interface Instance {
  /**
   * Id of the node; `flow.loop` for a loop; empty for a subgraph.
   */
  type?: string
  /**
   * Version of the node whose params these are.
   */
  version?: number
  /**
   * Values typed in, by port.
   */
  params?: {
    [k: string]: JsonValue
  }
  /**
   * Sources by port, `instance.port`; a list of them on a variadic port.
   */
  links?: {
    [k: string]: string | string[]
  }
  /**
   * Ports that are lifted: a list is linked there and the instance runs for each item.
   */
  over?: string[]
  /**
   * `bypass` = the first input of the output's type stands for it; `mute` = as if absent.
   */
  mode?: string
  /**
   * Shown in place of the name.
   */
  title?: string
  /**
   * The embedded subgraph, or the body of a loop.
   */
  graph?: Graph | null
  /**
   * File that holds the subgraph, relative to this graph or to the library.
   */
  ref?: string
  /**
   * Start value, or link to it, of each value that a loop carries from turn to turn.
   */
  carry?: {
    [k: string]: Link | JsonValue
  }
  /**
   * List, or link to one, that a loop takes its turns over.
   */
  items?: Link | JsonValue[] | null
  /**
   * Number of turns, or link to it; the bound when there is a `while`.
   */
  count?: number | Link | null
  /**
   * The body's output that says whether to go on.
   */
  while?: string
  /**
   * The body's outputs that are gathered into lists.
   */
  collect?: string[]
  /**
   * Turns between two checkpoints; 0 = none.
   */
  checkpoint?: number
  /**
   * Checkpoints that stay, the last ones, as long as the store has room.
   */
  keep?: number
  /**
   * The kept turn that a loop goes on from; its start values are not looked at then.
   */
  fork?: Fork | null
  /**
   * Key (hex) of the stored result to use, whatever changed.
   */
  frozen?: string
  [k: string]: unknown
}
/**
 * Where a loop takes a value from, in a place that can also hold the value itself.
 *
 * Attributes:
 *     link: `instance.port` beside the loop.
 */
export interface Link {
  link: string
}
/**
 * Where a loop goes on from, in the place of its start values: a step of another run that was kept.
 */
export interface Fork {
  /**
   * Turns that were done by then; the loop's own index goes on from there.
   */
  turn: number
  /**
   * Key (hex) under which the values after that turn are stored.
   */
  key: string
  [k: string]: unknown
}
/**
 * What a graph gave.
 */
export interface AnswerRecord {
  /**
   * Output → its files or values, in order; empty until the run is done.
   */
  outputs: {
    [k: string]: OutputRecord[]
  }
  run: RunRecord
}
/**
 * A file or value that a graph gave.
 */
export interface OutputRecord {
  /**
   * Where the file is fetched; empty when there is none.
   */
  url: string
  /**
   * Media type of the file.
   */
  media: string
  /**
   * Bytes of the file.
   */
  size: number
  /**
   * Name of the value's class.
   */
  type: string
  /**
   * Digest of the file, or of the value.
   */
  digest: string
  value: JsonValue
}
/**
 * Somebody who changed instances of a graph after everyone else.
 */
export interface AuthorRecord {
  /**
   * Their client.
   */
  client: string
  /**
   * What they were called; empty if they never said.
   */
  name: string
  /**
   * Path of an instance → when they changed it, in seconds since 1970.
   */
  changed: {
    [k: string]: number
  }
}
/**
 * Every node that is installed.
 */
export interface CatalogueRecord {
  /**
   * By id.
   */
  nodes: NodeRecord[]
  /**
   * Pack or module that can't be imported → why.
   */
  broken: {
    [k: string]: string
  }
  /**
   * Class → the other classes of ports where it can be linked.
   */
  fits: {
    [k: string]: string[]
  }
  /**
   * Name of a family of models → its terms, where these are known.
   */
  licences: {
    [k: string]: LicenceRecord
  }
}
/**
 * A node that is installed.
 */
export interface NodeRecord {
  /**
   * What graphs call it.
   */
  id: string
  /**
   * Version of its params.
   */
  version: number
  /**
   * The pack that it came from.
   */
  pack: string
  /**
   * The pack's version.
   */
  pack_version: string
  /**
   * What it does.
   */
  help: string
  /**
   * Where it may not be used for everything.
   */
  licence: string
  /**
   * Whether equal inputs always give equal outputs.
   */
  pure: boolean
  /**
   * Input ports by name, in order.
   */
  inputs: {
    [k: string]: InputPortRecord
  }
  /**
   * Output ports by name, in order.
   */
  outputs: {
    [k: string]: OutputPortRecord
  }
}
/**
 * A port that takes a link or a value.
 */
export interface InputPortRecord {
  type: string
  shape: {
    [k: string]: JsonValue
  }
  help: string
  /**
   * Whether it must be given.
   */
  required: boolean
  /**
   * Whether null stands for "not given".
   */
  optional: boolean
  /**
   * Whether it takes any number of links, in order.
   */
  variadic: boolean
  /**
   * Whether it may turn out not to be needed.
   */
  lazy: boolean
  /**
   * Whether a value can be typed in.
   */
  param: boolean
  /**
   * JSON Schema of such a value, with its default and hints for the widget.
   */
  schema: {
    [k: string]: JsonValue
  }
}
/**
 * A port that something can be linked from.
 */
export interface OutputPortRecord {
  /**
   * Its type, for people.
   */
  type: string
  /**
   * Its type as a tree; see `engine.declare.catalogue.shape`.
   */
  shape: {
    [k: string]: JsonValue
  }
  /**
   * What it is for.
   */
  help: string
}
/**
 * Under which terms the weights of a family of models are found in the wild.
 */
export interface LicenceRecord {
  /**
   * What people call the family.
   */
  family: string
  /**
   * The terms in short.
   */
  text: string
  /**
   * Whether they forbid or limit earning money with them, or uses other than research.
   */
  restricted: boolean
}
/**
 * An edit that was made.
 */
export interface ChangeRecord {
  /**
   * Its number in the session's log.
   */
  seq: number
  /**
   * Why less was undone than asked for, if so.
   */
  notice: string
  /**
   * All problems of the graph now; null when they are as before, or not known yet.
   */
  problems: ProblemRecord[] | null
}
/**
 * One instance's part in a run. Nobody changes it; to freeze thousands after an edit takes too long.
 *
 * Attributes:
 *     instance: Its name.
 *     node: Id of its node.
 *     status: `hit`: its result is stored. `pending`: known only once its inputs are computed.
 *     reasons: Why; never empty.
 *     seconds: Expected time to compute; null when it never ran.
 *     size: Expected bytes of its outputs; null when it never ran.
 */
export interface Explanation {
  instance: string
  node: string
  status: 'hit' | 'run' | 'pending' | 'not needed'
  reasons: Reason[]
  seconds: number | null
  size: number | null
}
/**
 * Why an instance has its part in a run. Nobody changes it.
 *
 * Attributes:
 *     code: What the reason is.
 *     args: What stands in the sentence: `port` or ports, `old` and `new` value as text since the last
 *         run, `source`, which is an instance, an output or several, and `turn` of a loop.
 */
export interface Reason {
  code:
    | 'stored'
    | 'not-wanted'
    | 'never-ran'
    | 'late'
    | 'given-up'
    | 'frozen-gone'
    | 'forced'
    | 'behind-forced'
    | 'impure'
    | 'unhashed'
    | 'undecided'
    | 'items'
    | 'waits'
    | 'in-loop'
    | 'changed'
    | 'value'
    | 'linked'
    | 'unlinked'
    | 'node'
    | 'version'
    | 'pack'
    | 'environment'
    | 'lifted'
    | 'body'
    | 'fork'
    | 'fork-gone'
    | 'fork-left'
    | 'fork-other'
  args: {
    [k: string]: string
  }
}
/**
 * A file in one of the folders of the server.
 */
export interface FileRecord {
  /**
   * As file params of graphs name it.
   */
  name: string
  /**
   * Bytes.
   */
  size: number
  /**
   * When it was written last, in seconds since 1970.
   */
  modified: number
  /**
   * Media type, by its ending.
   */
  media: string
}
/**
 * What there is to choose from.
 */
export interface FilesRecord {
  /**
   * The files, by name.
   */
  files: FileRecord[]
  /**
   * The folders beside them; none where words were searched for.
   */
  folders: FolderRecord[]
  /**
   * Whether there are more than are told.
   */
  more: boolean
}
/**
 * A folder in which there are files of the kind that was asked for.
 */
export interface FolderRecord {
  /**
   * As params name it, and as it is asked for.
   */
  name: string
  /**
   * How many such files lie in it and below it, as far as was looked.
   */
  count: number
}
/**
 * A graph file of the workspace, or a template.
 */
export interface GraphRecord {
  /**
   * What it is opened and run by.
   */
  name: string
  /**
   * Shown in place of the name.
   */
  title: string
  /**
   * What it does.
   */
  help: string
  /**
   * When the file was written last, in seconds since 1970.
   */
  modified: number
  /**
   * Bytes of the file.
   */
  size: number
  /**
   * Name of a picture of what it gives, made before; empty without one.
   */
  example: string
  /**
   * Models that it was made for and that none of the model folders has.
   */
  needs: string[]
}
/**
 * A session as it is now: the snapshot of its channel.
 */
export interface GraphStateRecord {
  session: SessionRecord
  /**
   * The graph.
   */
  document: {
    [k: string]: JsonValue
  }
  /**
   * What is wrong with it, as far as is known.
   */
  problems: ProblemRecord[]
  /**
   * Whether that is all; otherwise `Checked` follows when there are others.
   */
  checked: boolean
  /**
   * Id of what waits to be chosen; empty when nothing does.
   */
  choice: string
  /**
   * What to choose between; see the message `Choice`.
   */
  conflicts: {
    [k: string]: JsonValue
  }[]
  /**
   * Who changed which instance last, as far as the log goes back.
   */
  authors: AuthorRecord[]
}
/**
 * An open graph.
 */
export interface SessionRecord {
  /**
   * Its id.
   */
  id: string
  /**
   * File in the workspace; empty for a graph that was never saved.
   */
  name: string
  /**
   * The graph's, else the file's name.
   */
  title: string
  /**
   * Number of edits so far.
   */
  seq: number
  /**
   * Number of edits that the file has; below `seq` while it lacks any.
   */
  saved: number
  /**
   * Digest of the graph's meaning.
   */
  digest: string
}
/**
 * A server that works.
 */
export interface HealthRecord {
  status: 'ok'
  /**
   * Of Knotwork.
   */
  version: string
  /**
   * Changes when the server starts.
   */
  epoch: string
}
/**
 * The ports of an instance that no node alone tells.
 */
export interface InterfaceRecord {
  /**
   * `graph` for an embedded subgraph, `ref` for one in a file, `loop`; `node` for a node that is repeated over lists, or reads a model's file; `missing` where the node or graph can't be found.
   */
  kind: 'graph' | 'ref' | 'loop' | 'node' | 'missing'
  /**
   * The instance's title, else that of the graph inside.
   */
  title: string
  /**
   * What the graph inside does.
   */
  help: string
  /**
   * Input ports by name, in order; of what is missing only those in use. A type variable is the instance's own.
   */
  inputs: {
    [k: string]: InputPortRecord
  }
  /**
   * Output ports by name, in order; of what is missing none are known.
   */
  outputs: {
    [k: string]: OutputPortRecord
  }
  /**
   * Type variable of the node → model family that its files say it stands for.
   */
  families: {
    [k: string]: string
  }
}
/**
 * A graph of the library folders, which any other one can refer to.
 */
export interface LibraryRecord {
  /**
   * What an instance's `ref` names it by.
   */
  name: string
  title: string
  help: string
  modified: number
  size: number
  example: string
  needs: string[]
  interface: InterfaceRecord
}
/**
 * Everything that a model tells without its weights.
 */
export interface ModelDetailRecord {
  name: string
  format: string
  size: number
  modified: number
  picture: string
  kind: string
  layout: string
  family: string
  variant: string
  prediction: string
  precision: {
    [k: string]: number
  }
  parameters: number
  missing: string[]
  trigger_words: string[]
  title: string
  author: string
  licence: string
  problem: string
  /**
   * Part → class or kind; the part `""` is the whole.
   */
  parts: {
    [k: string]: string
  }
  /**
   * What its maker wrote into the header of a single file.
   */
  metadata: {
    [k: string]: JsonValue
  }
  /**
   * Number of tensors.
   */
  tensors: number
  /**
   * Type of number → values of this type.
   */
  dtypes: {
    [k: string]: number
  }
}
/**
 * A model in one of the model folders; `engine.declare.recognised` says more of what it is.
 */
export interface ModelRecord {
  /**
   * As file params of graphs name it.
   */
  name: string
  /**
   * `safetensors`, `ckpt`, `pth`, `pt`, `bin`, `gguf`, or `diffusers` for a folder.
   */
  format: string
  /**
   * Bytes of its weights.
   */
  size: number
  /**
   * When they were changed last, in seconds since 1970.
   */
  modified: number
  /**
   * Tells a picture of what it draws from a later one; empty when there is none.
   */
  picture: string
  /**
   * `checkpoint`, `pipeline`, `lora`, `vae` …; `unknown` also when it is damaged.
   */
  kind: string
  /**
   * Whose names its tensors have.
   */
  layout: string
  /**
   * Which models it fits; empty when it can't be told.
   */
  family: string
  /**
   * What sets it apart in its family.
   */
  variant: string
  /**
   * What it predicts, where its maker says so.
   */
  prediction: string
  /**
   * Type of number → its share of the bytes, largest first.
   */
  precision: {
    [k: string]: number
  }
  /**
   * Number of values in its tensors.
   */
  parameters: number
  /**
   * What is not there and has to come from elsewhere.
   */
  missing: string[]
  /**
   * Words in a prompt that it was trained with, the most frequent first.
   */
  trigger_words: string[]
  /**
   * As its maker calls it.
   */
  title: string
  /**
   * Who made it.
   */
  author: string
  /**
   * Under which terms.
   */
  licence: string
  /**
   * Why it can't be used; empty when nothing is wrong.
   */
  problem: string
}
/**
 * What a run of a session's graph would do.
 */
export interface PlanRecord {
  /**
   * Number of the last edit that it has.
   */
  seq: number
  /**
   * Names this answer; given with the next question, only what is otherwise is said.
   */
  version: string
  /**
   * Whether every instance is told, in an order in which each comes after what it reads; else those that differ from the answer that was named.
   */
  whole: boolean
  /**
   * One for each of the instances told.
   */
  explanations: Explanation[]
}
/**
 * The queue.
 */
export interface QueueRecord {
  /**
   * Whether no further run begins.
   */
  paused: boolean
  /**
   * How many runs wait.
   */
  waiting: number
  /**
   * The one that runs, then those that are paused, then the first that wait, in their order.
   */
  runs: RunRecord[]
}
/**
 * A graph that an instance refers to.
 */
export interface ReferenceRecord {
  /**
   * The graph.
   */
  document: {
    [k: string]: JsonValue
  }
  /**
   * What it is opened by; empty when only its file can be read.
   */
  name: string
}
/**
 * An output whose value is stored.
 */
export interface ResultRecord {
  /**
   * Type of the port, for people.
   */
  type: string
  /**
   * How it is shown.
   */
  kind:
    | 'image'
    | 'mask'
    | 'latent'
    | 'audio'
    | 'video'
    | 'mesh'
    | 'plot'
    | 'text'
    | 'number'
    | 'bool'
    | 'list'
    | 'model'
    | 'other'
  /**
   * Digest (hex) of the value.
   */
  digest: string
  /**
   * Bytes that it takes in the store.
   */
  size: number
  /**
   * Key (hex) of the instance's result, by which it can be frozen; empty where it can't: of a loop, and of an output that another instance computes.
   */
  key: string
  value: JsonValue
}
/**
 * The settings of a server; see `engine.settings.Settings`.
 */
export interface SettingsRecord {
  workspace: string
  home: string
  file_roots: string[]
  model_roots: string[]
  library_roots: string[]
  disk_budget: number
  ram_budget: number
  vram_budget: number | null
  offload: 'none' | 'model' | 'group' | 'leaf'
  upload_limit: number
  upload_budget: number
  device: string
  offline: boolean
  threads: number | null
}
/**
 * A turn of a loop after which its values were kept.
 */
export interface StepRecord {
  /**
   * Number of turns done.
   */
  turn: number
  /**
   * Digest (hex) of the carried values.
   */
  digest: string
  /**
   * Their names.
   */
  carry: string[]
  /**
   * Whether they are kept for good.
   */
  pinned: boolean
}
/**
 * The kept turns of a loop.
 */
export interface StepsRecord {
  /**
   * In order.
   */
  turns: StepRecord[]
  /**
   * How many turns the loop has at most; null while that is not known.
   */
  of: number | null
  /**
   * The turn that the loop was forked at, when that is stored no more; else 0.
   */
  gone: number
}
/**
 * What people want to know of a value.
 */
export interface SummaryRecord {
  /**
   * Name of its class.
   */
  type: string
  /**
   * How it is shown.
   */
  kind:
    | 'image'
    | 'mask'
    | 'latent'
    | 'audio'
    | 'video'
    | 'mesh'
    | 'plot'
    | 'text'
    | 'number'
    | 'bool'
    | 'list'
    | 'model'
    | 'other'
  /**
   * Items of a list, pictures of a batch, frames of a video, characters of a text; else 1.
   */
  count: number
  /**
   * How many pictures can be asked for; 0 when it can't be drawn.
   */
  pictures: number
  /**
   * Width of its pictures, in pixels, or cells of a latent; 0 without any.
   */
  width: number
  /**
   * Height of its pictures.
   */
  height: number
  /**
   * The text, as far as it is short enough.
   */
  text: string
  value: JsonValue
  /**
   * Other plain fields by name.
   */
  fields: {
    [k: string]: JsonValue
  }
  /**
   * The tensors in it.
   */
  tensors: TensorRecord[]
  /**
   * The first items of a list.
   */
  items: SummaryRecord[]
  /**
   * Place and value of numbers in a row; of very many, peaks and dips only.
   */
  points: [number, number][]
  /**
   * Lowest and highest value of each of equal parts of a sound, of the first in a batch.
   */
  peaks: [number, number][]
  /**
   * How long a sound or video lasts; 0 for anything else.
   */
  seconds: number
}
/**
 * A tensor, without its values.
 */
export interface TensorRecord {
  /**
   * Way to it inside of the value, such as `items.0.embeds`.
   */
  name: string
  /**
   * Its lengths.
   */
  shape: number[]
  /**
   * Type of number, such as `float32`.
   */
  dtype: string
  /**
   * Smallest finite value; null when there is none.
   */
  min: number | null
  /**
   * Largest finite value.
   */
  max: number | null
  /**
   * Mean of the finite values.
   */
  mean: number | null
  /**
   * Standard deviation of the finite values.
   */
  std: number | null
  /**
   * Values that are not a number.
   */
  nan: number
  /**
   * Values that are infinite.
   */
  inf: number
  /**
   * How many finite values lie in each of equally wide ranges from `min` to `max`; empty for whole numbers, and where all are the same.
   */
  histogram: number[]
}
/**
 * A file that was sent.
 */
export interface UploadRecord {
  /**
   * Under which file params of graphs name it.
   */
  id: string
  /**
   * What its sender called it; empty if that was not said.
   */
  name: string
  /**
   * Its media type, told by its bytes.
   */
  media: string
  /**
   * Bytes.
   */
  size: number
  /**
   * When it was sent first, in seconds since 1970.
   */
  created: number
}
/**
 * A stored value.
 */
export interface ValueRecord {
  /**
   * Path of the instance whose output it is.
   */
  instance: string
  /**
   * The output.
   */
  port: string
  /**
   * The turn of a loop after which it was kept; 0 for a result.
   */
  turn: number
  /**
   * Type of the port, for people.
   */
  type: string
  /**
   * How it is shown.
   */
  kind:
    | 'image'
    | 'mask'
    | 'latent'
    | 'audio'
    | 'video'
    | 'mesh'
    | 'plot'
    | 'text'
    | 'number'
    | 'bool'
    | 'list'
    | 'model'
    | 'other'
  /**
   * Digest (hex) of the value; asked for with it, a picture or file may be kept for ever.
   */
  digest: string
  /**
   * Bytes that it takes in the store.
   */
  size: number
  /**
   * Media type of the file that a run would write; empty when it would write none.
   */
  media: string
  summary: SummaryRecord
}
/**
 * A named version of a session's graph.
 */
export interface VersionRecord {
  id: string
  session: string
  name: string
  seq: number
  created: number
}

export const SUBPROTOCOL = 'knotwork.v1.msgpack'
export const VERSION = 1
export const MAX_FRAME = 1048576
export const CLOSE_BAD_FRAME = 4400
export const CLOSE_NO_HELLO = 4401
export const CLOSE_TOO_SLOW = 4408
export const CLOSE_TOO_MANY = 4429
export const CLOSE_SHUTDOWN = 4503

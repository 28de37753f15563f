import { conflict } from './domain-error.ts';

/** The allowed moves of a thing with states: each state with the states that may follow it. */
export type Moves<State extends string> = Readonly<Record<State, readonly State[]>>;

/** A table of allowed moves and the one way to make a move. Printed in the docs as it stands. */
export interface StateMachine<State extends string> {
  readonly noun: string;
  readonly moves: Moves<State>;
  can(from: State, to: State): boolean;
  /** @throws conflict `<noun>_is_<from>` when the move is not allowed. */
  assert(from: State, to: State): void;
}

const catalogue: StateMachine<string>[] = [];

/** Every state machine that has been defined, in the order of loading: for the generated page. */
export function stateCatalogue(): readonly StateMachine<string>[] {
  return catalogue;
}

export function stateMachine<State extends string>(noun: string, moves: Moves<State>): StateMachine<State> {
  const can = (from: State, to: State) => moves[from].includes(to);
  const machine: StateMachine<State> = {
    noun,
    moves,
    can,
    assert(from, to) {
      if (can(from, to)) return;
      throw conflict(
        `${noun}_is_${from}`,
        `This ${noun.replaceAll('_', ' ')} is ${from.replaceAll('_', ' ')}.`,
        {
          status: from,
          requested: to,
        },
      );
    },
  };
  catalogue.push(machine);
  return machine;
}

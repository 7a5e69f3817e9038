import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Command } from 'commander';
import { addCommands, COMMANDS, commandsFor } from './command-table.ts';

suite('The table of commands', () => {
  for (const row of COMMANDS) {
    test(`says which words the module of ${row.words.join(', ')} knows`, async () => {
      const program = new Command();
      await addCommands(program, [row]);
      const names = program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
      assert.deepEqual(names.toSorted(), [...row.words].toSorted());
    });
  }

  test('reads one module for a word that it knows', () => {
    assert.deepEqual(
      commandsFor('mv').map(({ words }) => words),
      [['mkdir', 'rm', 'rmdir', 'mv']],
    );
  });

  test('reads all of them for help, for mistakes, and for what writes them all down', () => {
    for (const word of [undefined, 'help', '--help', 'snyc', 'completion']) {
      assert.equal(commandsFor(word), COMMANDS);
    }
  });
});

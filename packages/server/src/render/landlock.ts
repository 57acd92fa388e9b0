import type { Command } from "./command.ts";
import { behind } from "./command.ts";
import type { Places } from "./places.ts";
import { filterFor } from "./seccomp.ts";

/**
 * Node has no word for system calls, and Perl has: this one gives all rights on files up but those listed, all of TCP,
 * signals and abstract sockets as far as the kernel knows them (landlock(7)), then sets the filter of seccomp(2), then
 * becomes the renderer. Landlock's calls have the same numbers on every architecture. It dies where anything fails.
 */
const SCRIPT = `
my $version = syscall 444, 0, 0, 1;
die "this kernel has no Landlock: $!\\n" if $version < 1;
my $files = $version > 4 ? 0xffff : $version > 2 ? 0x7fff : $version > 1 ? 0x3fff : 0x1fff;
my $handled = pack "Q3", $files, $version > 3 ? 3 : 0, $version > 5 ? 3 : 0;
my $set = syscall 444, $handled, 24, 0;
die "Landlock is refused: $!\\n" if $set < 0;
for my $programs (1, 0) {
  for (1 .. shift) {
    my $path = shift;
    sysopen my $place, $path, 0 or die "$path: $!\\n";
    my $rights = -d $place ? 12 : 4 + $programs;
    my $rule = pack "Ql", $rights, fileno $place;
    syscall(445, $set, 1, $rule, 0) == 0 or die "$path: $!\\n";
  }
}
syscall(446, $set, 0) == 0 or die "Landlock is refused: $!\\n";
my $call = shift() + 0;
my $program = pack "H*", shift;
if ($call) {
  my $filter = pack "SxxxxxxP", length($program) / 8, $program;
  syscall($call, 1, 0, $filter) == 0 or die "seccomp is refused: $!\\n";
}
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";
`;

/** Where the system tells a process of itself; opened before `exec`, which keeps the process. */
const ITSELF = "/proc/self";
/** Node's OpenSSL opens its configuration even where that is this. */
const NOTHING = "/dev/null";

/** Confines a command by Landlock, and by seccomp where the architecture is known, in the process that becomes it. */
export function behindLandlock(perl: string, places: Places, command: Command): Command {
  const { programs, folders, files } = places;
  const readable = [...folders, ...files, ITSELF, NOTHING];
  const { call = 0, program = Buffer.alloc(0) } = filterFor(process.arch) ?? {};
  const lists = [programs, readable].flatMap((list) => [String(list.length), ...list]);
  return behind(perl, ["-e", SCRIPT, "--", ...lists, String(call), program.toString("hex")], command);
}

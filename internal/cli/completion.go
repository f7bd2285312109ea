package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script that completes commands, flags and names of files.
func (c *completionCommand) Run(in *invocation) error {
	script := map[string]func(*kong.Application) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	_, err := io.WriteString(in.terminal.Stdout, script(in.program))
	return err
}

func bashCompletion(program *kong.Application) string {
	var names []string
	var cases strings.Builder
	for _, command := range visibleCommands(program) {
		names = append(names, command.Name)
		more := ""
		if children := childrenOf(command); len(children) > 0 {
			more = fmt.Sprintf(" more=%q", strings.Join(children, " "))
		}
		fmt.Fprintf(&cases, "\t%s) words=%q%s ;;\n", command.Name, strings.Join(longFlags(flagsOf(program, command)), " "), more)
	}
	return fmt.Sprintf(`# bash completion of feedstation
_feedstation() {
	local current=${COMP_WORDS[COMP_CWORD]} command='' more='' word words
	COMPREPLY=()
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in %s) command=$word; break ;; esac
	done
	case $command in
	'') words=%q ;;
%s	esac
	if [[ -z $command || $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	elif [[ -n $more ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$more" -- "$current")
	fi
}
complete -o bashdefault -o default -F _feedstation feedstation
`, strings.Join(names, "|"), strings.Join(append(names, longFlags(program.Flags)...), " "), cases.String())
}

// childrenOf returns the names of the commands that a command has.
func childrenOf(command *kong.Node) (names []string) {
	for _, child := range command.Children {
		names = append(names, child.Name)
	}
	return names
}

func longFlags(flags []*kong.Flag) (names []string) {
	for _, flag := range flags {
		names = append(names, "--"+flag.Name)
	}
	return names
}

// zshText is text in a specification of zsh in single quotes.
var zshText = strings.NewReplacer("'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`)

func zshCompletion(program *kong.Application) string {
	var commands, cases strings.Builder
	for _, command := range visibleCommands(program) {
		fmt.Fprintf(&commands, "\t'%s:%s'\n", command.Name, zshText.Replace(command.Help))
		fmt.Fprintf(&cases, "\t%s) _arguments", command.Name)
		if children := childrenOf(command); len(children) > 0 {
			fmt.Fprintf(&cases, " '1:command:(%s)'", strings.Join(children, " "))
		}
		for _, flag := range flagsOf(program, command) {
			fmt.Fprintf(&cases, " '%s'", zshFlag(flag))
		}
		cases.WriteString(" '*:file:_files' ;;\n")
	}
	return fmt.Sprintf(`#compdef feedstation
local -a commands=(
%s)
_arguments -C '--help[Show help.]' '--config=[The configuration.]:file:_files' '1:command:->command' '*::argument:->argument'
case $state in
command) _describe command commands ;;
argument)
	case $words[1] in
%s	esac ;;
esac
`, commands.String(), cases.String())
}

func zshFlag(flag *kong.Flag) string {
	spec := "--" + flag.Name
	if flag.IsCumulative() {
		spec = "*" + spec
	}
	if flag.IsBool() {
		return spec + "[" + zshText.Replace(flag.Help) + "]"
	}
	return spec + "=[" + zshText.Replace(flag.Help) + "]:" + zshText.Replace(flag.FormatPlaceHolder()) + ":_files"
}

// fishText is text of fish in single quotes.
var fishText = strings.NewReplacer(`\`, `\\`, "'", `\'`)

func fishCompletion(program *kong.Application) string {
	var script strings.Builder
	script.WriteString("# fish completion of feedstation\n")
	for _, flag := range program.Flags {
		fmt.Fprintf(&script, "complete -c feedstation%s\n", fishFlag(flag))
	}
	for _, command := range visibleCommands(program) {
		fmt.Fprintf(&script, "complete -c feedstation -n __fish_use_subcommand -f -a %s -d '%s'\n", command.Name, fishText.Replace(command.Help))
		if children := childrenOf(command); len(children) > 0 {
			fmt.Fprintf(&script, "complete -c feedstation -n '__fish_seen_subcommand_from %s' -f -a '%s'\n", command.Name, strings.Join(children, " "))
		}
		for _, flag := range ownFlags(command) {
			fmt.Fprintf(&script, "complete -c feedstation -n '__fish_seen_subcommand_from %s'%s\n", command.Name, fishFlag(flag))
		}
	}
	return script.String()
}

func fishFlag(flag *kong.Flag) string {
	option := fmt.Sprintf(" -l %s -d '%s'", flag.Name, fishText.Replace(flag.Help))
	if !flag.IsBool() {
		option += " -r"
	}
	return option
}

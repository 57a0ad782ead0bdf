// kpt is `kpt fn` alone, made of the packages of kpt: the whole program needs modules that are not everywhere to be had.
package main

import (
	"context"
	"os"

	"github.com/kptdev/kpt/commands/fn"
	"github.com/kptdev/kpt/pkg/printer"
	"github.com/spf13/cobra"
)

func main() {
	ctx := printer.WithContext(context.Background(), printer.New(os.Stdout, os.Stderr))
	root := &cobra.Command{Use: "kpt", SilenceUsage: true}
	root.AddCommand(fn.GetCommand(ctx, "kpt"))
	if root.Execute() != nil {
		os.Exit(1)
	}
}

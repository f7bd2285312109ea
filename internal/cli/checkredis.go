package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"feedstation/internal/config"
	"feedstation/internal/store/redis"
	"feedstation/internal/terminal"
)

// needed is a line for who gives rights.
const needed = "  a user needs: ACL SETUSER feedstation on >PASSWORD %s\n"

// checkRedis tries what serve will do with Redis. It reports whether all is well.
func checkRedis(ctx context.Context, out io.Writer, cfg *config.Config) (well bool, err error) {
	if cfg.Cache.Redis == nil {
		return true, nil
	}
	shared, err := openRedis(cfg)
	if err != nil {
		return false, err
	}
	defer shared.Close()
	place := "redis          " + strings.Join(cfg.Cache.Redis.Addrs, ", ") + ": "
	found, err := shared.Check(ctx, stationIDs(cfg))
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case err != nil:
		fmt.Fprintln(out, terminal.Line(place+err.Error()))
		if redis.IsReply(err) {
			fmt.Fprintf(out, needed, shared.Rights())
		}
		return false, nil
	case found.Version == "":
		fmt.Fprintln(out, place+"editions can be shared")
	default:
		fmt.Fprintln(out, terminal.Line(place+"version "+found.Version+", editions can be shared"))
	}
	fmt.Fprintf(out, needed, shared.Rights())
	if found.Evicts != "" {
		fmt.Fprintf(out, "  maxmemory-policy %s: editions may be removed when its memory is full; volatile-lru or noeviction suits better\n", terminal.Line(found.Evicts))
	}
	return true, nil
}

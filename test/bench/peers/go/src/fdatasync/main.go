// What one fdatasync costs on a disk: a writer appends records of 512 bytes and
// syncs each, to a file that grows and to one that was preallocated. Prints one
// JSON line for each of the two: the floor of a durable proposal.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"syscall"
	"time"
)

const (
	writes       = 1500
	preallocated = 64 << 20
)

func main() {
	for _, pre := range []bool{false, true} {
		lat := measure(filepath.Join(os.Args[1], "fdatasync"), pre)
		var sum float64
		for _, l := range lat {
			sum += l
		}
		sort.Float64s(lat)
		fmt.Printf("{\"preallocated\":%v,\"syncsPerSecond\":%.0f,\"p50Us\":%.0f,\"p99Us\":%.0f}\n",
			pre, writes/sum*1e6, lat[writes/2], lat[writes*99/100])
	}
}

// measure returns the microseconds that each write and its sync took.
func measure(path string, pre bool) []float64 {
	f, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	defer os.Remove(path)
	defer f.Close()
	if pre {
		if err := syscall.Fallocate(int(f.Fd()), 0, 0, preallocated); err != nil {
			panic(err)
		}
		if err := f.Sync(); err != nil {
			panic(err)
		}
	}
	record := make([]byte, 512)
	lat := make([]float64, writes)
	for i := range lat {
		start := time.Now()
		if _, err := f.Write(record); err != nil {
			panic(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			panic(err)
		}
		lat[i] = float64(time.Since(start).Nanoseconds()) / 1000
	}
	return lat
}

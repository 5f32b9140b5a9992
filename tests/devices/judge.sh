# What a recording shows and holds, judged by ffmpeg; sourced by run.sh. Each says what it saw and is true or false.
# Nothing here asserts a rate: emulated machines and busy ones lose pictures.

# has_codecs FILE: H.264 and AAC.
has_codecs() {
  local codecs
  codecs=$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 "$1" | sort | xargs)
  echo "codecs: $codecs"
  [ "$codecs" = "aac h264" ]
}

# moves FILE: the picture changes. The camera writes its clock and counter into the upper left corner.
moves() {
  local differences
  differences=$(ffmpeg -v error -nostdin -i "$1" -an -vf 'fps=2,crop=iw/2:ih/3:0:0,signalstats,metadata=mode=print:key=lavfi.signalstats.YDIF:file=-' \
    -f null - | awk -F= '/YDIF/ { n++; if (n > 1) { if ($2 > 0.05) moved++; sum += $2 } } END { printf("%d %d %.2f", n - 1, moved, (n > 1 ? sum / (n - 1) : 0)) }')
  set -- $differences
  echo "pictures: $2 of $1 differ from the one half a second before, by $3 of 255 in the mean"
  [ "$1" -ge 4 ] && [ "$2" -gt $(($1 / 2)) ]
}

# has_bars FILE: the camera's eight colour bars, white to black, in a strip below the middle.
has_bars() {
  local bars
  bars=$(ffmpeg -v error -nostdin -ss 3 -i "$1" -frames:v 1 -vf 'crop=iw:ih/20:0:ih*0.6,scale=8:1:flags=area,format=rgb24' -f rawvideo - |
    od -An -v -t u1 -w3 | awk '{ printf("%d%d%d ", ($1 > 90), ($2 > 90), ($3 > 90)) }')
  echo "bars (red, green, blue): $bars"
  [ "$bars" = "111 110 011 010 101 100 001 000 " ]
}

# is_heard FILE: the sound is more than digital silence.
is_heard() {
  local db
  db=$(ffmpeg -v info -nostdin -i "$1" -vn -af volumedetect -f null - 2>&1 | sed -n 's/.*mean_volume: \(.*\) dB/\1/p')
  echo "sound: ${db:-none} dBFS in the mean"
  [ -n "$db" ] && awk -v db="$db" 'BEGIN { exit !(db > -50) }'
}

# is_tone FILE HZ: the sound is a tone of that pitch, within 5 Hz: the median of quarter seconds by their zero crossings,
# so that a moment that a busy machine lost does not count.
is_tone() {
  local hz
  hz=$(ffmpeg -v error -nostdin -i "$1" -vn -af "atrim=start=2:duration=6,aresample=48000,pan=mono|c0=c0,lowpass=f=4000,asetnsamples=n=12000:p=0,\
astats=metadata=1:reset=1,ametadata=mode=print:key=lavfi.astats.1.Zero_crossings_rate:file=-" -f null - |
    sed -n 's/.*Zero_crossings_rate=//p' | sort -n | awk '{ rate[NR] = $1 } END { if (NR) printf("%.1f", rate[int((NR + 1) / 2)] * 24000) }')
  echo "pitch: ${hz:-none} Hz, $2 Hz was played"
  [ -n "$hz" ] && awk -v hz="$hz" -v want="$2" 'BEGIN { exit !(hz > want - 5 && hz < want + 5) }'
}

# one_connection CLIENTS: by the numbers that the sound server gave out (`pactl list short clients`), there was one connection between
# the rig's own first and its last.
one_connection() {
  local made
  made=$(awk '$3 == "pacat" { first = $1 } $3 == "pactl" { last = $1 } END { print last - first - 1 }' "$1")
  echo "connections: $made"
  [ "$made" = 1 ]
}

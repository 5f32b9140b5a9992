#!/usr/bin/env python3
"""close-window.py TITLE - asks the X11 window with that title to close, as its frame's button would.

The screen of a test has no window manager, so nobody else could (ICCCM 4.2.8, WM_DELETE_WINDOW).
"""
import ctypes
import ctypes.util
import sys

x11 = ctypes.CDLL(ctypes.util.find_library('X11') or 'libX11.so.6')
Window, Atom, Display = ctypes.c_ulong, ctypes.c_ulong, ctypes.c_void_p


class ClientMessage(ctypes.Structure):
    _fields_ = [('type', ctypes.c_int), ('serial', ctypes.c_ulong), ('send_event', ctypes.c_int),
                ('display', Display), ('window', Window), ('message_type', Atom),
                ('format', ctypes.c_int), ('data', ctypes.c_long * 5), ('pad', ctypes.c_long * 24)]


x11.XOpenDisplay.restype = Display
x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
x11.XDefaultRootWindow.restype = Window
x11.XDefaultRootWindow.argtypes = [Display]
x11.XInternAtom.restype = Atom
x11.XInternAtom.argtypes = [Display, ctypes.c_char_p, ctypes.c_int]
x11.XQueryTree.argtypes = [Display, Window, ctypes.POINTER(Window), ctypes.POINTER(Window),
                           ctypes.POINTER(ctypes.POINTER(Window)), ctypes.POINTER(ctypes.c_uint)]
x11.XFetchName.argtypes = [Display, Window, ctypes.POINTER(ctypes.c_char_p)]
x11.XSendEvent.argtypes = [Display, Window, ctypes.c_int, ctypes.c_long, ctypes.POINTER(ClientMessage)]
x11.XFlush.argtypes = [Display]
x11.XCloseDisplay.argtypes = [Display]

display = x11.XOpenDisplay(None)
if not display:
    sys.exit('close-window: no display')


def children(window):
    root, parent, count = Window(), Window(), ctypes.c_uint()
    listed = ctypes.POINTER(Window)()
    x11.XQueryTree(display, window, root, parent, listed, count)
    return [listed[i] for i in range(count.value)]


def name(window):
    text = ctypes.c_char_p()
    x11.XFetchName(display, window, text)
    return (text.value or b'').decode(errors='replace')


def find(window, title):
    if name(window) == title:
        return window
    return next(filter(None, (find(child, title) for child in children(window))), None)


window = find(x11.XDefaultRootWindow(display), sys.argv[1])
if not window:
    sys.exit(f'close-window: no window is called {sys.argv[1]}')
message = ClientMessage(type=33, send_event=1, display=display, window=window, format=32,
                        message_type=x11.XInternAtom(display, b'WM_PROTOCOLS', 0))
message.data[0] = x11.XInternAtom(display, b'WM_DELETE_WINDOW', 0)
x11.XSendEvent(display, window, 0, 0, message)
x11.XFlush(display)
x11.XCloseDisplay(display)

// The bytes of the supervisor program, between two symbols (supervisor_image.h).
        .section .rodata
        .global sluice_supervisor_image
        .global sluice_supervisor_image_end
        .balign 16
sluice_supervisor_image:
        .incbin SUPERVISOR_PATH
sluice_supervisor_image_end:
        .byte 0
        .section .note.GNU-stack,"",%progbits
